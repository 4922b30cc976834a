using System.Globalization;
using System.Text;
using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>The service manager that we run under, if it wants to be told how we are (sd_notify(3), sd_watchdog_enabled(3)).</summary>
internal sealed class ServiceManager
{
    /// <summary>For it to make room; nothing of ours waits longer for it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly string? _address;

    private ServiceManager(string? address, TimeSpan? watchdog) => (_address, Watchdog) = (address, watchdog);

    /// <summary>The variables by which it speaks to us: none of them is for our children.</summary>
    public static IReadOnlyList<string> Variables { get; } =
        ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "LISTEN_PIDFDID"];

    /// <summary>Whether somebody listens to us.</summary>
    public bool IsThere => _address is not null;

    /// <summary>How often it wants to hear from us, halved as it asks for; null when it does not watch.</summary>
    public TimeSpan? Watchdog { get; }

    /// <param name="environment">Reads one environment variable.</param>
    public static ServiceManager Of(Func<string, string?> environment)
    {
        var address = environment("NOTIFY_SOCKET") is ['/' or '@', _, ..] given ? given : null;
        return new ServiceManager(address, address is null ? null : WatchdogOf(environment));
    }

    /// <summary>We are ready.</summary>
    public void Ready() => Tell("READY=1");

    /// <summary>A line about what goes on.</summary>
    public void Status(string text) => Tell($"STATUS={text}");

    /// <summary>Which process is the machine: QEMU.</summary>
    public void Leader(int process) => Tell($"X_VMSPAWN_LEADER_PID={process}");

    /// <summary>Our exit status, which follows.</summary>
    public void Exited(int status) => Tell($"EXIT_STATUS={status}");

    /// <summary>We are ending.</summary>
    public void Stopping() => Tell("STOPPING=1");

    /// <summary>We are alive.</summary>
    public void Alive() => Tell("WATCHDOG=1");

    private void Tell(string message)
    {
        if (_address is null)
            return;
        try
        {
            DatagramSocket.Send(_address, Encoding.UTF8.GetBytes(message), Patience);
        }
        catch (LinuxException)
        {
            // It does not listen, or this process has no descriptor left: the VM runs all the same.
        }
    }

    private static TimeSpan? WatchdogOf(Func<string, string?> environment)
    {
        if (environment("WATCHDOG_PID") is { Length: > 0 } pid && pid != Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            return null;
        return long.TryParse(environment("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 1
            ? TimeSpan.FromMicroseconds(Math.Min(microseconds, TimeSpan.MicrosecondsPerDay) / 2.0)
            : null;
    }
}
