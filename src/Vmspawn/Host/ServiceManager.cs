using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Vmspawn.Host;

/// <summary>Sends state notifications to the service manager, if it requests them (sd_notify(3), sd_watchdog_enabled(3)).</summary>
internal sealed class ServiceManager
{
    /// <summary>Time limit in milliseconds for one send, when the service manager's queue is full.</summary>
    private const int SendTimeout = 1000;

    private readonly UnixDomainSocketEndPoint? _address;

    private ServiceManager(UnixDomainSocketEndPoint? address, TimeSpan? watchdog) => (_address, Watchdog) = (address, watchdog);

    /// <summary>The environment variables of the protocol; removed from the environment of children.</summary>
    public static IReadOnlyList<string> Variables { get; } =
        ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "LISTEN_PIDFDID"];

    /// <summary>Whether there is a service manager to notify.</summary>
    public bool IsThere => _address is not null;

    /// <summary>The interval of watchdog notifications, half the configured timeout; null when the watchdog is off.</summary>
    public TimeSpan? Watchdog { get; }

    /// <param name="environment">Reads one environment variable.</param>
    public static ServiceManager Of(Func<string, string?> environment)
    {
        var address = environment("NOTIFY_SOCKET") switch
        {
            ['/', ..] path => Address(path),
            ['@', .. var name] => Address("\0" + name),
            _ => null,
        };
        return new ServiceManager(address, address is null ? null : WatchdogOf(environment));
    }

    /// <summary>The service is ready.</summary>
    public void Ready() => Send("READY=1");

    /// <summary>A line that describes the state.</summary>
    public void Status(string text) => Send($"STATUS={text}");

    /// <summary>The process of the machine: QEMU.</summary>
    public void Leader(int process) => Send($"X_VMSPAWN_LEADER_PID={process}");

    /// <summary>The exit status, sent before the exit.</summary>
    public void Exited(int status) => Send($"EXIT_STATUS={status}");

    /// <summary>The service is stopping.</summary>
    public void Stopping() => Send("STOPPING=1");

    /// <summary>Resets the watchdog.</summary>
    public void Alive() => Send("WATCHDOG=1");

    private void Send(string message)
    {
        if (_address is null)
            return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTimeout = SendTimeout;
            socket.SendTo(Encoding.UTF8.GetBytes(message), _address);
        }
        catch (SocketException)
        {
            // The service manager does not receive; the VM runs on without notifications.
        }
    }

    // Null when the path is longer than a socket address: then no socket can be bound to it.
    private static UnixDomainSocketEndPoint? Address(string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentException)
        {
            return null;
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
