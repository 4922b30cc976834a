using Vmspawn.Guests.Shell;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Ssh;

namespace Vmspawn.Guests;

/// <summary>A process of ssh(1) whose standard streams are a root shell in the guest.</summary>
internal sealed class SshConnection : IAsyncDisposable
{
    /// <summary>How long ssh may take to end the connection properly.</summary>
    private static readonly TimeSpan EndBound = TimeSpan.FromSeconds(1);

    private readonly ChildProcess _ssh;
    private readonly StderrTail _said;

    private SshConnection(ChildProcess ssh, StderrTail said, ShellPort shell) => (_ssh, _said, Shell) = (ssh, said, shell);

    /// <summary>The shell; it has greeted when the login has succeeded.</summary>
    public ShellPort Shell { get; }

    /// <summary>The end of ssh.</summary>
    public Task<ChildExit> Exited => _ssh.Exited;

    /// <summary>Starts ssh.</summary>
    /// <param name="login">How root logs in.</param>
    /// <param name="failed">Receives failures of the streams.</param>
    /// <exception cref="LinuxException">It cannot be started.</exception>
    public static SshConnection Start(SshLogin login, Action<string, Exception> failed)
    {
        using var errors = Pipe.Create();
        var (ours, theirs) = UnixConnection.CreatePair();
        using (theirs)
        {
            try
            {
                // Without the user's configuration, which may ask for terminals, forwardings or other commands.
                var ssh = ChildProcess.Start(new ChildSpec(login.Program, [.. login.Arguments("-F", "none", "-T"), $"exec /bin/sh -c {ShellText.Quote(ShellServer.ServiceOnStreams)}"])
                {
                    StandardInput = theirs,
                    StandardOutput = theirs,
                    StandardError = errors.WriteEnd,
                    TakesGroupAlong = true,
                });
                var shell = new ShellPort(ours, failed);
                shell.Changed(isOpen: true);
                return new SshConnection(ssh, new StderrTail(OpenFile.Duplicate(errors.ReadEnd)), shell);
            }
            catch
            {
                ours.Dispose();
                throw;
            }
        }
    }

    /// <summary>Why ssh has ended.</summary>
    public async Task<string> WhyAsync(CancellationToken cancel) =>
        $"ssh {await Exited.WaitAsync(cancel).ConfigureAwait(false)}{PlainText.Of(await StderrExcerpt.AfterAsync(_said, cancel).ConfigureAwait(false))}";

    /// <summary>The guest was reset: nobody there ends the connection any more.</summary>
    public void Abandon()
    {
        Shell.Changed(isOpen: false);
        _ssh.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        // ssh sees the end of its input and ends the connection.
        await Shell.DisposeAsync().ConfigureAwait(false);
        await ((Task)_ssh.Exited).WaitAsync(EndBound).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ssh.Dispose();
        _said.Dispose();
    }
}
