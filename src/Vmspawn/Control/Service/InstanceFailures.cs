using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn.Control.Service;

/// <summary>Converts failures to errors of <c>io.systemd.MachineInstance</c>, which have no reason.</summary>
internal static class InstanceFailures
{
    public static VarlinkErrorException Of(ControlException failure) => failure.Failure switch
    {
        ControlFailure.NoSuchStorage => Named("NoSuchStorage"),
        ControlFailure.StorageExists => Named("StorageExists"),
        ControlFailure.StorageImmutable => Named("StorageImmutable"),
        ControlFailure.BadConfig => Named("BadConfig"),
        ControlFailure.ConfigNotSupported => Named("ConfigNotSupported"),
        ControlFailure.NotConnected => Named("NotConnected"),
        ControlFailure.TimedOut => ServiceErrors.System(Errno.ETIMEDOUT),
        ControlFailure.GuestRefused => ServiceErrors.System(Errno.EBUSY),
        _ => ServiceErrors.System(failure.Errno),
    };

    private static VarlinkErrorException Named(string word) => new($"{ControlInterfaces.Instance}.{word}");
}
