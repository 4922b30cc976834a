using Vmspawn.Qemu;

namespace Vmspawn.Tests.Qemu;

/// <summary>Facts of a QEMU as the plan's tests need them: the drivers named here, and nothing of this host.</summary>
internal static class SomeQemu
{
    public static QemuFacts Facts { get; } = new()
    {
        Path = "/usr/bin/qemu-system-x86_64",
        Version = new QemuVersion(7, 2, 22),
        Drivers = new Dictionary<string, string>
        {
            ["nvme"] = "PCI",
            ["virtio-blk-pci"] = "PCI",
            ["virtio-9p-pci"] = "PCI",
            ["virtio-net-pci"] = "PCI",
            ["pcie-root-port"] = "PCI",
            ["qemu-xhci"] = "PCI",
            ["usb-kbd"] = "usb-bus",
            ["scsi-hd"] = "SCSI",
        },
        Machines = new HashSet<string> { "q35", "pc-q35-7.2" },
        Accelerators = new HashSet<string> { "tcg", "kvm" },
        Objects = new HashSet<string> { "rng-builtin" },
        HasSandbox = true,
    };
}
