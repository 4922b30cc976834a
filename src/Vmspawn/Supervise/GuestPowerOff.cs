using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Notify;
using Vmspawn.Ssh;

namespace Vmspawn.Supervise;

/// <summary>Requests the guest's own system to power off, without the ACPI button.</summary>
internal interface IGuestPowerOff
{
    /// <summary>Whether the guest may accept such a request.</summary>
    bool IsWorthTrying(GuestState guest);

    /// <summary>Sends the request, within a time limit.</summary>
    /// <param name="guest">The guest's reported state.</param>
    /// <param name="cancel">Cancels the attempt.</param>
    /// <returns>Null when the guest has accepted, else the reason.</returns>
    Task<string?> AskAsync(GuestState guest, CancellationToken cancel);
}

/// <summary>Requests a guest's systemd by ssh to power off.</summary>
internal sealed class GuestPowerOff(SshLogin login) : IGuestPowerOff
{
    /// <summary>The time limit for a guest that has reported that it is ready.</summary>
    private static readonly TimeSpan ReadyBound = TimeSpan.FromSeconds(20);

    /// <summary>The time limit for a guest that may not be ready.</summary>
    private static readonly TimeSpan UnknownBound = TimeSpan.FromSeconds(3);

    /// <summary>What the guest's shell writes before it runs systemctl.</summary>
    private const string LoggedIn = "vmspawn: logged in";

    /// <summary>ssh(1), "Exit status": that of the command, or this one when ssh itself fails.</summary>
    private const int SshFailed = 255;

    /// <summary>Over vsock a guest reports when it is ready; over a network it may be ready without a report.</summary>
    public bool IsWorthTrying(GuestState guest) => guest.Ready || !login.Access.IsVsock;

    public async Task<string?> AskAsync(GuestState guest, CancellationToken cancel)
    {
        var bound = guest.Ready ? ReadyBound : UnknownBound;
        using var errors = Pipe.Create();
        using var stderr = new StderrTail(errors.ReadEnd);
        try
        {
            using var child = ChildProcess.Start(new ChildSpec(login.Program, Arguments())
            {
                StandardOutput = errors.WriteEnd,
                StandardError = errors.WriteEnd,
            });
            errors.WriteEnd.Dispose();
            var exit = await child.Exited.WaitAsync(bound, cancel).ConfigureAwait(false);
            if (exit.IsSuccess)
                return null;
            var said = await StderrExcerpt.AfterAsync(stderr, cancel).ConfigureAwait(false);
            // The guest stops sshd as it powers off, sometimes before the status of systemctl has been sent.
            return exit.ExitCode == SshFailed && said.Contains(LoggedIn, StringComparison.Ordinal) ? null : $"ssh: {exit}{said}";
        }
        catch (TimeoutException)
        {
            return $"ssh: no answer in {bound.TotalSeconds:0} s";
        }
        catch (LinuxException error)
        {
            return error.Message;
        }
    }

    private IReadOnlyList<string> Arguments() =>
        [.. login.Arguments("-n"), $"echo '{LoggedIn}' && systemctl --no-block poweroff"];
}
