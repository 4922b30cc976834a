using Vmspawn.Control.Ports;
using Vmspawn.Varlink;

namespace Vmspawn.Control.Service;

/// <summary>Converts failures to errors of <c>org.vmspawn.Machine</c>, each with its reason.</summary>
internal static class MachineFailures
{
    /// <param name="failure">The failure.</param>
    /// <param name="call">The call that failed; its parameter <c>name</c> is the disk's.</param>
    /// <param name="ports">The ports, for errors about a lack of them.</param>
    public static VarlinkErrorException Of(VmControlException failure, VarlinkCall call, PortPool ports) =>
        new($"{ControlInterfaces.Ours}.{failure.Failure}", error =>
        {
            if (IsAboutStorage(failure.Failure))
                error.WriteString("name"u8, call.Name());
            error.WriteString("reason"u8, failure.Message);
            if (failure.Failure is VmControlFailure.NoFreePort)
                StorageJson.WritePorts(error, ports.Rows);
        });

    private static bool IsAboutStorage(VmControlFailure failure) => failure is VmControlFailure.NoSuchStorage
        or VmControlFailure.StorageExists
        or VmControlFailure.StorageImmutable
        or VmControlFailure.GuestRefused
        or VmControlFailure.TimedOut;
}
