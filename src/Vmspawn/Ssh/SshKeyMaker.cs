using System.Text;
using Vmspawn.Host;
using Vmspawn.Linux;

namespace Vmspawn.Ssh;

/// <summary>By what keys are made, of which type, and where.</summary>
/// <param name="Program">Absolute path of ssh-keygen(1).</param>
/// <param name="Type">The keys' type.</param>
/// <param name="Place">A directory of ours alone, in memory where possible.</param>
internal sealed record SshKeySource(string Program, string Type, string Place);

/// <summary>Makes keys by ssh-keygen(1), which writes them to files.</summary>
internal sealed class SshKeyMaker(SshKeySource source)
{
    /// <summary>ssh-keygen takes a tenth of a second, and longer for RSA or on a busy host.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string KeyFile = "key";

    /// <summary>A key that was made while an earlier machine ran: taken by renaming it, so that no two have it.</summary>
    private string Spare => Path.Combine(source.Place, $".ssh-spare-{source.Type}");

    /// <summary>The spare key, or a new one; no file stays.</summary>
    /// <exception cref="IOException">ssh-keygen made none; the message has its words.</exception>
    public async Task<SshKeyPair> TakeAsync(CancellationToken cancel)
    {
        var directory = Path.Combine(source.Place, $".ssh-{Guid.NewGuid():n}");
        try
        {
            if (!TryMove(Spare, directory))
                await MakeAsync(directory, cancel);
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
    public async Task PrepareNextKeyAsync(CancellationToken cancel = default)
    {
        if (Directory.Exists(Spare))
            return;
        var directory = Path.Combine(source.Place, $".ssh-{Guid.NewGuid():n}");
        try
        {
            await MakeAsync(directory, cancel);
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

    private async Task MakeAsync(string directory, CancellationToken cancel)
    {
        Directory.CreateDirectory(directory, OwnerOnly);
        using var errors = Pipe.Create();
        using var said = new StderrTail(errors.ReadEnd);
        var spec = new ChildSpec(source.Program, ["-q", "-t", source.Type, "-N", "", "-C", "vmspawn", "-f", Path.Combine(directory, KeyFile)])
        {
            StandardOutput = errors.WriteEnd,
            StandardError = errors.WriteEnd,
            // It is gone in milliseconds; through the trampoline it would take as long again.
            DieWithParent = false,
        };
        using var child = ChildProcess.Start(spec);
        errors.WriteEnd.Dispose();
        ChildExit exit;
        try
        {
            exit = await child.Exited.WaitAsync(Bound, cancel);
        }
        catch (TimeoutException late)
        {
            child.Send(Signal.SIGKILL);
            throw new IOException($"it did not end within {Bound.TotalSeconds:0} s{StderrExcerpt.After(said)}", late);
        }
        catch (OperationCanceledException)
        {
            child.Send(Signal.SIGKILL);
            throw;
        }

        if (!exit.IsSuccess)
            throw new IOException($"{exit}{StderrExcerpt.After(said)}");
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
internal sealed record SshKeyPair(ValueBytes Private, string Public)
{
    /// <summary>As long as a real one, for a plan that nobody carries out.</summary>
    public static SshKeyPair StandIn { get; } = new(new byte[387], $"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5{new string('A', 48)} vmspawn");
}
