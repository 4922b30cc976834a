using System.Text;
using Vmspawn.Host;
using Vmspawn.Linux;

namespace Vmspawn.Ssh;

/// <summary>How keys are generated: program, type and directory.</summary>
/// <param name="Program">Absolute path of ssh-keygen(1).</param>
/// <param name="Type">The keys' type.</param>
/// <param name="Place">A private directory, in memory if possible.</param>
internal sealed record SshKeySource(string Program, string Type, string Place);

/// <summary>Generates keys by ssh-keygen(1), which writes them to files.</summary>
internal sealed class SshKeyMaker(SshKeySource source)
{
    private const string KeyFile = "key";

    /// <summary>Time limit: it takes milliseconds, or seconds for a large RSA key on a busy host.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(1);

    /// <summary>The directory of a key generated while an earlier machine ran. It is taken by a rename, so that no two machines use the same key.</summary>
    private string Spare => Path.Combine(source.Place, $".ssh-spare-{source.Type}");

    /// <summary>Returns the spare key, or else a new one; leaves no file behind.</summary>
    /// <exception cref="IOException">ssh-keygen failed; the message contains its output.</exception>
    /// <exception cref="OperationCanceledException">The generation was cancelled.</exception>
    public async Task<SshKeyPair> TakeAsync(CancellationToken cancel = default)
    {
        Draft.Sweep(source.Place);
        return TakeSpare() ?? await MakeAsync(Read, cancel).ConfigureAwait(false);
    }

    /// <summary>Generates a spare key for the next machine unless there is one, so that its start need not wait for ssh-keygen.</summary>
    public async Task PrepareNextKeyAsync(CancellationToken cancel = default)
    {
        if (Directory.Exists(Spare))
            return;
        try
        {
            await MakeAsync(draft => draft.TryGiveName(Spare), cancel).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next machine generates its own key, or reports the failure.
        }
    }

    /// <summary>Takes the spare key; null when there is none, or another machine takes it at the same time.</summary>
    private SshKeyPair? TakeSpare()
    {
        try
        {
            using var taken = Draft.TryTakeAway(Spare);
            return taken is null ? null : Read(taken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static SshKeyPair Read(Draft draft)
    {
        var path = Path.Combine(draft.Path, KeyFile);
        return new SshKeyPair(File.ReadAllBytes(path), Encoding.UTF8.GetString(File.ReadAllBytes($"{path}.pub")).TrimEnd());
    }

    private async Task<T> MakeAsync<T>(Func<Draft, T> use, CancellationToken cancel)
    {
        using var draft = Draft.CreateDirectory(source.Place);
        using var errors = Pipe.Create();
        using var said = new StderrTail(OpenFile.Duplicate(errors.ReadEnd));
        var spec = new ChildSpec(source.Program, ["-q", "-t", source.Type, "-N", "", "-C", "vmspawn", "-f", Path.Combine(draft.Path, KeyFile)])
        {
            StandardOutput = errors.WriteEnd,
            StandardError = errors.WriteEnd,
            // ssh-keygen exits within milliseconds; the trampoline would double that time.
            DieWithParent = false,
        };
        using var child = ChildProcess.Start(spec);
        errors.Dispose();
        try
        {
            var exit = await child.Exited.WaitAsync(Bound, cancel).ConfigureAwait(false);
            return exit.IsSuccess ? use(draft) : throw new IOException($"{exit}{await StderrExcerpt.AfterAsync(said, cancel).ConfigureAwait(false)}");
        }
        catch (TimeoutException error)
        {
            throw new IOException($"{source.Program} did not end within {Bound.TotalSeconds:0} s", error);
        }
    }
}

/// <summary>A key pair that is authorized in the guest.</summary>
/// <param name="Private">The private key file; secret.</param>
/// <param name="Public">A line of <c>authorized_keys</c>, without its line feed.</param>
internal sealed record SshKeyPair(ValueBytes Private, string Public)
{
    /// <summary>A placeholder of the same length, for a plan that is only printed.</summary>
    public static SshKeyPair StandIn { get; } = new(new byte[387], $"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5{new string('A', 48)} vmspawn");
}
