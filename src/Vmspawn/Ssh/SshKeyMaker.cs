using System.Text;
using Vmspawn.Host;
using Vmspawn.Linux;

namespace Vmspawn.Ssh;

/// <summary>Makes keys by ssh-keygen(1), which writes them to files.</summary>
/// <param name="Program">Absolute path of ssh-keygen(1).</param>
/// <param name="Type">The keys' type.</param>
/// <param name="Place">A directory of ours alone, in memory where possible.</param>
internal sealed record SshKeyMaker(string Program, string Type, string Place)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string KeyFile = "key";

    /// <summary>A key that was made while an earlier machine ran: taken by renaming it, so that no two have it.</summary>
    private string Spare => Path.Combine(Place, $".ssh-spare-{Type}");

    /// <summary>The spare key, or a new one; no file stays.</summary>
    /// <exception cref="IOException">ssh-keygen made none; the message has its words.</exception>
    public async Task<SshKeyPair> TakeAsync()
    {
        var directory = Path.Combine(Place, $".ssh-{Guid.NewGuid():n}");
        try
        {
            if (!TryMove(Spare, directory))
                await MakeAsync(directory);
            var path = Path.Combine(directory, KeyFile);
            return new SshKeyPair(File.ReadAllBytes(path), Encoding.UTF8.GetString(File.ReadAllBytes($"{path}.pub")).TrimEnd());
        }
        finally
        {
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Makes a key for the next machine unless there is one. A start takes half as long again where it has to wait for ssh-keygen.</summary>
    public async Task PrepareNextKeyAsync()
    {
        if (Directory.Exists(Spare))
            return;
        var directory = Path.Combine(Place, $".ssh-{Guid.NewGuid():n}");
        try
        {
            await MakeAsync(directory);
            TryMove(directory, Spare);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next machine makes its own, or says why it cannot.
        }
        finally
        {
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
        }
    }

    private async Task MakeAsync(string directory)
    {
        Directory.CreateDirectory(directory, OwnerOnly);
        using var errors = Pipe.Create();
        using var said = new StderrTail(errors.ReadEnd);
        var spec = new ChildSpec(Program, ["-q", "-t", Type, "-N", "", "-C", "vmspawn", "-f", Path.Combine(directory, KeyFile)])
        {
            Environment = ChildEnvironment.Variables,
            StandardOutput = errors.WriteEnd,
            StandardError = errors.WriteEnd,
            // It is gone in milliseconds; through the trampoline it would take as long again.
            DieWithParent = false,
        };
        using var child = ChildProcess.Start(spec);
        errors.WriteEnd.Dispose();
        var exit = await child.Exited;
        if (!exit.IsSuccess)
            throw new IOException($"{exit}{await StderrExcerpt.AfterAsync(said)}");
    }

    // Somebody may have been quicker.
    private static bool TryMove(string from, string to)
    {
        try
        {
            Directory.Move(from, to);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}

/// <summary>A key that logs in to the guest.</summary>
/// <param name="Private">The file that ssh(1) takes; secret.</param>
/// <param name="Public">A line of <c>authorized_keys</c>, without its line feed.</param>
internal sealed record SshKeyPair(ReadOnlyMemory<byte> Private, string Public)
{
    /// <summary>As long as a real one, for a plan that nobody carries out.</summary>
    public static SshKeyPair StandIn { get; } = new(new byte[387], $"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5{new string('A', 48)} vmspawn");
}
