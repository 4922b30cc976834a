using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Host;
using Vmspawn.Images;
using Vmspawn.Linux;

namespace Vmspawn;

/// <summary>
/// The logs of machines: what a guest has written to its console, as text without terminal sequences, and the messages about the machine. The owner writes it
/// (<see cref="VmStartOptions.LogFile"/>) and locks it while the machine runs; it is kept until the next run.
/// </summary>
public static class MachineLog
{
    private const string Suffix = ".log";

    /// <summary>The time between two looks for what was added.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Where <c>vmspawn run</c> logs a machine: <c>$XDG_STATE_HOME/vmspawn/logs/NAME.log</c>, or <c>/var/log/vmspawn</c> for root and <c>~/.local/state/vmspawn/logs</c> for others
    /// if that variable is not set; null if there is no home directory either.
    /// </summary>
    /// <param name="name">The machine's name.</param>
    /// <param name="environment">The environment; null for the process's.</param>
    public static string? PathOf(string name, VmEnvironment? environment = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        return DirectoryOf(environment) is { } directory ? Path.Combine(directory, name + Suffix) : null;
    }

    /// <summary>The names of the machines that have a log where <c>vmspawn run</c> writes it, the last written first; empty if the directory is missing or cannot be read.</summary>
    /// <param name="environment">The environment; null for the process's.</param>
    public static IReadOnlyList<string> Names(VmEnvironment? environment = null)
    {
        try
        {
            return DirectoryOf(environment) is { } directory && Directory.Exists(directory)
                ? [.. from log in new DirectoryInfo(directory).GetFiles($"*{Suffix}") orderby log.LastWriteTimeUtc descending select log.Name[..^Suffix.Length]]
                : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>
    /// The machines whose log a name can mean, as for <see cref="RunningMachine.OpenAsync"/>: the machine of this name if it runs, otherwise the ephemeral machines of the image of this name that run.
    /// If none runs, the machine of this name if it has a log, otherwise the ephemeral machines of the image that have one.
    /// </summary>
    /// <param name="name">The name of a machine or of an image.</param>
    /// <param name="environment">The environment; null for the process's.</param>
    /// <returns>The machines' names, the last written log first; more than one only for ephemeral machines.</returns>
    public static IReadOnlyList<string> Find(string name, VmEnvironment? environment = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        var names = Names(environment);
        string[] exact = names.Contains(name) ? [name] : [];
        string[] ephemeral = [.. names.Where(other => MachineName.IsEphemeralOf(other, name))];
        string[][] choices = [[.. exact.Where(IsRunning)], [.. ephemeral.Where(IsRunning)], exact, ephemeral];
        return choices.FirstOrDefault(choice => choice.Length > 0, []);

        bool IsRunning(string machine) => PathOf(machine, environment) is { } path && IsWritten(path);
    }

    /// <summary>Reads a log: the older part first, if there is one.</summary>
    /// <param name="path">The log.</param>
    /// <param name="follow">Whether to wait for what is added, until the machine ends.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Pieces of its text.</returns>
    /// <exception cref="LinuxException">It does not exist (ENOENT), or cannot be read.</exception>
    public static async IAsyncEnumerable<string> ReadAsync(string path, bool follow = false, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        var file = OpenFile.Open(path, writable: false);
        try
        {
            var reader = new LogReader();
            using (var older = TryOpen(OlderPart(path)))
            {
                if (older is not null)
                {
                    await foreach (var text in reader.ReadAsync(older, cancellationToken).ConfigureAwait(false))
                        yield return text;
                }
            }

            reader.Position = 0;
            while (true)
            {
                // Before the reading, so that all of a log that has ended is read.
                var (isCurrent, isWritten) = (FileFacts.IsNamed(file, path), IsWritten(path));
                await foreach (var text in reader.ReadAsync(file, cancellationToken).ConfigureAwait(false))
                    yield return text;
                if (!follow || (isCurrent && !isWritten))
                    yield break;
                if (!isCurrent && TryOpen(path) is { } next)
                    (file, reader.Position) = (Replace(file, next), 0);
                else if (!isCurrent && !isWritten)
                    yield break;
                else
                    await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            file.Dispose();
        }
    }

    private static string? DirectoryOf(VmEnvironment? environment) =>
        UserPlace.Of((environment ?? VmEnvironment.OfProcess).Variable, "XDG_STATE_HOME", ".local/state", "logs", "/var/log/vmspawn");

    /// <summary>The part before the newest one.</summary>
    internal static string OlderPart(string path) => $"{path}.1";

    /// <summary>Whether a machine that runs writes it. The lock for this question is held for a moment only: see <see cref="LogWriter"/>.</summary>
    private static bool IsWritten(string path)
    {
        using var probe = TryOpen(path);
        return probe is not null && !FileLock.TryLockShared(probe);
    }

    private static SafeFileHandle Replace(SafeFileHandle old, SafeFileHandle next)
    {
        old.Dispose();
        return next;
    }

    private static SafeFileHandle? TryOpen(string path)
    {
        try
        {
            return OpenFile.Open(path, writable: false);
        }
        catch (LinuxException missing) when (missing.Errno == Errno.ENOENT)
        {
            return null;
        }
    }

    private sealed class LogReader
    {
        // A character may be divided between two pieces, and between two parts.
        private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
        private readonly byte[] _bytes = new byte[32 << 10];
        private readonly char[] _text = new char[(32 << 10) + 4];

        /// <summary>Where the next piece begins.</summary>
        public long Position { get; set; }

        /// <summary>All that there is from the position on.</summary>
        public async IAsyncEnumerable<string> ReadAsync(SafeFileHandle file, [EnumeratorCancellation] CancellationToken cancel)
        {
            int count;
            while ((count = await RandomAccess.ReadAsync(file, _bytes, Position, cancel).ConfigureAwait(false)) > 0)
            {
                Position += count;
                yield return new string(_text, 0, _decoder.GetChars(_bytes, 0, count, _text, 0));
            }
        }
    }
}
