using Vmspawn.Pcie;
using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan;

/// <summary>The PCI functions that vmspawn adds to a machine, in an order that keeps addresses stable.</summary>
internal static class DeviceDemands
{
    public static List<DeviceDemand> For(MachineSpec spec)
    {
        List<DeviceDemand> demands =
        [
            DeviceDemand.Integrated(DeviceIds.Rng, "virtio-rng-pci", "random numbers"),
            // No balloon for a confidential guest: the host could not reclaim its memory, since the balloon handles shared memory only.
            .. spec.Confidential is null ? [DeviceDemand.Integrated(DeviceIds.Balloon, "virtio-balloon-pci", "memory balloon")] : Array.Empty<DeviceDemand>(),
            DeviceDemand.Integrated(DeviceIds.Serial, "virtio-serial-pci", "console"),
        ];

        if (spec.Graphics is { } graphics)
        {
            demands.Add(DeviceDemand.Integrated(DeviceIds.Graphics, graphics.Card, "graphics card"));
            demands.Add(DeviceDemand.Integrated(DeviceIds.Usb, "qemu-xhci", "keyboard and pointer"));
        }

        foreach (var nic in spec.Nics)
            demands.Add(DeviceDemand.Boot(DeviceIds.Nic(nic.Index), "virtio-net-pci", BootClass.Nic, nic.Owner));

        if (spec.Vsock is { } vsock)
            demands.Add(DeviceDemand.Boot(DeviceIds.Vsock, vsock.Driver, BootClass.Vsock, "vsock"));

        foreach (var drive in spec.Drives.Where(drive => !drive.IsScsi))
        {
            var bootClass = drive.IsRoot ? BootClass.Root : BootClass.Drive;
            demands.Add(DeviceDemand.Boot(drive.Id, DiskDevice.Driver(drive.Type), bootClass, drive.Path));
        }

        foreach (var share in spec.Shares)
            demands.Add(DeviceDemand.Boot(share.Id, share.Server.Driver, share.IsRoot ? BootClass.Root : BootClass.Share, share.Source));

        if (spec.Drives.Any(drive => drive.IsScsi))
        {
            var owner = $"{spec.Drives.Count(drive => drive.IsScsi)} SCSI drives";
            demands.Add(DeviceDemand.Boot(DeviceIds.ScsiController, DiskDevice.ScsiControllerDriver, BootClass.Controller, owner));
        }

        return demands;
    }
}
