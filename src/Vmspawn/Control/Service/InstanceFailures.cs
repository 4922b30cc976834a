using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn.Control.Service;

/// <summary>Converts failures to errors of <c>io.systemd.MachineInstance</c>, which have no reason.</summary>
internal static class InstanceFailures
{
    public static VarlinkErrorException Of(VmControlException failure) => failure.Failure switch
    {
        VmControlFailure.NoSuchStorage => Named("NoSuchStorage"),
        VmControlFailure.StorageExists => Named("StorageExists"),
        VmControlFailure.StorageImmutable => Named("StorageImmutable"),
        VmControlFailure.BadConfig => Named("BadConfig"),
        VmControlFailure.ConfigNotSupported => Named("ConfigNotSupported"),
        VmControlFailure.NotConnected => Named("NotConnected"),
        VmControlFailure.TimedOut => ServiceErrors.System(Errno.ETIMEDOUT),
        VmControlFailure.GuestRefused => ServiceErrors.System(Errno.EBUSY),
        _ => ServiceErrors.System(failure.Errno),
    };

    private static VarlinkErrorException Named(string word) => new($"{ControlInterfaces.Instance}.{word}");
}
