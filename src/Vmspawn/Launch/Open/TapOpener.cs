using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>Creates a TAP device and brings it up; the kernel removes it when its last descriptor is closed.</summary>
internal static class TapOpener
{
    /// <exception cref="LaunchException">The kernel refused.</exception>
    public static SafeFileHandle Open(TapDevice plan)
    {
        SafeFileHandle? tap = null;
        try
        {
            tap = TapInterface.Open(plan.Interface);
            if (plan.Bridge is { } bridge)
                TapInterface.JoinBridge(plan.Interface, bridge);
            TapInterface.BringUp(plan.Interface);
            return tap;
        }
        catch (LinuxException error)
        {
            tap?.Dispose();
            throw new LaunchException($"set up the TAP device {plan.Interface}", Reason(plan, error), error);
        }
    }

    private static string Reason(TapDevice plan, LinuxException error) => (error.Operation, error.Errno) switch
    {
        ("TUNSETIFF", Errno.EBUSY) => "another VM uses it (choose another name with -M)",
        ("TUNSETIFF", Errno.EINVAL) => "an interface of that name is there and is no TAP device (choose another name with -M)",
        ("TUNSETIFF", Errno.EPERM) => "it belongs to another user (\"ip tuntap\" shows whose)",
        ("SIOCBRADDIF", Errno.EOPNOTSUPP) => $"{plan.Bridge} is no bridge",
        (_, Errno.EPERM) => $"{error.Message} (run as root, or have root say \"ip link set {plan.Interface} up\")",
        _ => error.Message,
    };
}
