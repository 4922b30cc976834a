using System.Globalization;
using System.Text;
using Vmspawn.Linux;

namespace Vmspawn;

/// <summary>Files and trees into and out of a guest: a file as the bytes of a command, a tree as a tar stream.</summary>
internal static class GuestFiles
{
    /// <summary>A copy may be large, so only silence would end it, and that ends with the machine.</summary>
    private static readonly TimeSpan NoLimit = Timeout.InfiniteTimeSpan;

    /// <summary>The most of tar's messages that an error has.</summary>
    private const int LongestReason = 1000;

    // $1: the file, $2: its mode. What is no regular file, such as one of /proc, is written in place.
    private const string Write = """
        set -e
        if [ -e "$1" ] && [ ! -f "$1" ]; then exec cat >"$1"; fi
        t=$1.vmspawn-$$
        trap 'rm -f "$t"' EXIT
        (umask 077; cat >"$t")
        chmod "$2" "$t"
        mv -f "$t" "$1"
        """;

    // $1: a path, $2: the name that it gets in a directory. Prints the path to write to.
    private const string Target = """
        if [ -d "$1" ]; then printf '%s' "${1%/}/$2"; else printf '%s' "$1"; fi
        """;

    public static async Task WriteAsync(Guest guest, string path, Stream content, UnixFileMode mode, CancellationToken cancel)
    {
        using var error = new MemoryStream();
        var command = Script(Write, path, Convert.ToString((int)mode, 8));
        Check(command, await guest.RunAsync(command, content, Stream.Null, error, cancel).ConfigureAwait(false), error);
    }

    public static async Task ReadAsync(Guest guest, string path, Stream content, CancellationToken cancel)
    {
        using var error = new MemoryStream();
        var command = new GuestCommand("cat", "--", path) { IsBulk = true, Timeout = NoLimit };
        Check(command, await guest.RunAsync(command, null, content, error, cancel).ConfigureAwait(false), error);
    }

    /// <summary>Copies a file or a tree into the guest.</summary>
    public static async Task CopyInAsync(Guest guest, string source, string path, CancellationToken cancel)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(source));
        if (Directory.Exists(full))
        {
            var target = (await guest.CheckAsync(Script(Target, path, Path.GetFileName(full)), cancel).ConfigureAwait(false)).Output;
            // The owner of the files is root, as for a file.
            var tar = HostTar.Start(["--create", "--owner=0", "--group=0", "--numeric-owner", "--directory", full, "--file=-", "."], isReader: false);
            await using var tarDisposal = tar.ConfigureAwait(false);
            using var error = new MemoryStream();
            var command = Script("mkdir -p \"$1\" && exec tar -x -C \"$1\" -f -", target);
            var status = await guest.RunAsync(command, tar.Stream, Stream.Null, error, cancel).ConfigureAwait(false);
            Check(command, status, error);
            await tar.EndAsync($"read {full}", cancel).ConfigureAwait(false);
            return;
        }

        var file = new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, FileOptions.Asynchronous);
        await using var fileDisposal = file.ConfigureAwait(false);
        var place = (await guest.CheckAsync(Script(Target, path, Path.GetFileName(full)), cancel).ConfigureAwait(false)).Output;
        await WriteAsync(guest, place, file, File.GetUnixFileMode(full), cancel).ConfigureAwait(false);
    }

    /// <summary>Copies a file or a tree out of the guest.</summary>
    public static async Task CopyOutAsync(Guest guest, string path, string target, CancellationToken cancel)
    {
        var kind = (await guest.CheckAsync(Script("[ -d \"$1\" ] && echo d || stat -L -c %a -- \"$1\"", path), cancel).ConfigureAwait(false)).Output.Trim();
        var name = Path.GetFileName(path.TrimEnd('/'));
        var place = Directory.Exists(target) && name is not ("" or "." or "..") ? Path.Combine(target, name) : target;
        if (kind != "d")
        {
            await CopyFileOutAsync(guest, path, place, (UnixFileMode)Convert.ToInt32(kind, 8) & (UnixFileMode)0x1ff, cancel).ConfigureAwait(false);
            return;
        }

        Directory.CreateDirectory(place);
        // The guest is not trusted: tar keeps names below the directory and makes links last; owners are the caller's.
        var tar = HostTar.Start(["--extract", "--no-same-owner", "--directory", place, "--file=-"], isReader: true);
        await using var tarDisposal = tar.ConfigureAwait(false);
        using var error = new MemoryStream();
        var command = new GuestCommand("tar", "-c", "-C", path, "-f", "-", ".") { IsBulk = true, Timeout = NoLimit };
        try
        {
            Check(command, await guest.RunAsync(command, null, tar.Stream, error, cancel).ConfigureAwait(false), error);
        }
        catch (LinuxException broken) when (broken.Errno == Errno.EPIPE)
        {
            // It has ended, and says why.
        }

        await tar.EndAsync($"write {place}", cancel).ConfigureAwait(false);
    }

    private static async Task CopyFileOutAsync(Guest guest, string path, string place, UnixFileMode mode, CancellationToken cancel)
    {
        var draft = $"{place}.vmspawn-{RandomNumber.Next().ToString("x8", CultureInfo.InvariantCulture)}";
        var isWhole = false;
        try
        {
            var file = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
            await using (file.ConfigureAwait(false))
                await ReadAsync(guest, path, file, cancel).ConfigureAwait(false);
            File.SetUnixFileMode(draft, mode);
            File.Move(draft, place, overwrite: true);
            isWhole = true;
        }
        finally
        {
            if (!isWhole)
                File.Delete(draft);
        }
    }

    private static GuestCommand Script(string text, params IReadOnlyList<string> arguments) =>
        new("/bin/sh", ["-c", text, "sh", .. arguments]) { Timeout = NoLimit };

    private static void Check(GuestCommand command, int status, MemoryStream error)
    {
        if (status == 0)
            return;
        var words = Encoding.UTF8.GetString(error.GetBuffer(), 0, (int)Math.Min(error.Length, LongestReason));
        throw new GuestCommandException(command, new GuestResult(status, "", words, TimeSpan.Zero));
    }
}

/// <summary>tar(1) of the host, with a pipe for the archive.</summary>
internal sealed class HostTar : IAsyncDisposable
{
    private static readonly TimeSpan EndBound = TimeSpan.FromMinutes(1);

    private readonly ChildProcess _child;
    private readonly StderrTail _said;

    private HostTar(ChildProcess child, StderrTail said, DescriptorStream stream) => (_child, _said, Stream) = (child, said, stream);

    /// <summary>The archive.</summary>
    public DescriptorStream Stream { get; }

    /// <param name="arguments">Its arguments.</param>
    /// <param name="isReader">It reads the archive.</param>
    /// <exception cref="GuestChannelException">It is not installed, or cannot be started.</exception>
    public static HostTar Start(IReadOnlyList<string> arguments, bool isReader)
    {
        var path = Executable.Find("tar") ?? throw new GuestChannelException("trees are copied by tar(1), which is not installed on this host");
        using var archive = Pipe.Create();
        using var said = Pipe.Create();
        try
        {
            var child = ChildProcess.Start(new ChildSpec(path, arguments)
            {
                StandardInput = isReader ? archive.ReadEnd : null,
                StandardOutput = isReader ? said.WriteEnd : archive.WriteEnd,
                StandardError = said.WriteEnd,
            });
            var ours = isReader ? archive.WriteEnd : archive.ReadEnd;
            return new HostTar(child, new StderrTail(OpenFile.Duplicate(said.ReadEnd)), new DescriptorStream(OpenFile.Duplicate(ours)));
        }
        catch (LinuxException failed)
        {
            throw new GuestChannelException($"cannot start {path}: {failed.Message}", failed);
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <param name="what">What it does, for the message.</param>
    /// <param name="cancel">Cancels the wait.</param>
    /// <exception cref="IOException">It failed.</exception>
    public async Task EndAsync(string what, CancellationToken cancel)
    {
        await Stream.DisposeAsync().ConfigureAwait(false);
        var exit = await _child.Exited.WaitAsync(EndBound, cancel).ConfigureAwait(false);
        if (exit.IsSuccess)
            return;
        await _said.Ended.WaitAsync(TimeSpan.FromSeconds(1), cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        throw new IOException($"tar cannot {what}: {_said.Text.Trim().ReplaceLineEndings("; ")}");
    }

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync().ConfigureAwait(false);
        _child.Dispose();
        _said.Dispose();
    }
}
