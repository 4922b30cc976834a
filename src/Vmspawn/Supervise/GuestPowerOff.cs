using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Notify;
using Vmspawn.Ssh;

namespace Vmspawn.Supervise;

/// <summary>Asks a guest's systemd by ssh to power off.</summary>
internal sealed class GuestPowerOff
{
    /// <summary>A guest that has come up and yet takes longer than this to let somebody in is better asked in another way.</summary>
    private static readonly TimeSpan ReadyBound = TimeSpan.FromSeconds(20);

    /// <summary>One of which nobody knows whether it is up costs no more than this.</summary>
    private static readonly TimeSpan UnknownBound = TimeSpan.FromSeconds(3);

    private readonly SshAccess _access;
    private readonly string _ssh;
    private TimeSpan _bound;

    private GuestPowerOff(SshAccess access, string ssh) => (_access, _ssh) = (access, ssh);

    /// <summary>Null when ssh(1) is not installed.</summary>
    public static GuestPowerOff? By(SshAccess access) => Executable.Find("ssh") is { } ssh ? new GuestPowerOff(access, ssh) : null;

    /// <summary>
    /// Whether somebody may answer: by vsock a guest says when it is up. Through a network it may be up without a word.
    /// </summary>
    public bool IsWorthTrying(GuestState guest)
    {
        _bound = guest.Ready ? ReadyBound : UnknownBound;
        return guest.Ready || !_access.IsVsock;
    }

    /// <summary>Asks.</summary>
    /// <param name="cancellation">Ends it before its time.</param>
    /// <returns>Null when the guest has taken the wish, else why not.</returns>
    public async Task<string?> AskAsync(CancellationToken cancellation)
    {
        using var errors = Pipe.Create();
        using var said = new StderrTail(errors.ReadEnd);
        try
        {
            using var child = ChildProcess.Start(new ChildSpec(_ssh, Arguments())
            {
                StandardOutput = errors.WriteEnd,
                StandardError = errors.WriteEnd,
            });
            errors.WriteEnd.Dispose();
            var exit = await child.Exited.WaitAsync(_bound, cancellation);
            return exit.IsSuccess ? null : $"ssh: {exit}{StderrExcerpt.After(said)}";
        }
        catch (TimeoutException)
        {
            return $"ssh: no answer in {_bound.TotalSeconds:0} s";
        }
        catch (LinuxException error)
        {
            return error.Message;
        }
        catch (OperationCanceledException)
        {
            return "ssh: no longer asked for";
        }
    }

    private IReadOnlyList<string> Arguments() =>
        [.. _access.Arguments(Environment.ProcessPath!, "root", "-n", "-o", "BatchMode=yes"), "systemctl", "--no-block", "poweroff"];
}
