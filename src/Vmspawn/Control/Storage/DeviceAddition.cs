using Vmspawn.Qemu.Arguments;
using Vmspawn.Qmp;

namespace Vmspawn.Control.Storage;

/// <summary><c>device_add</c> of a device that is described once for the command line and the monitor.</summary>
internal static class DeviceAddition
{
    public static Task DeviceAddAsync(this QmpClient qemu, QemuDevice device, QmpCallOptions call) =>
        qemu.DeviceAddAsync(device.Driver, device.Id, bus: null, device.WriteProperties, call);
}
