using System.Runtime.InteropServices;
using Vmspawn.Cli.Demo;
using Vmspawn.Options;

namespace Vmspawn.Cli.Running;

/// <summary><c>vmspawn demo</c>: the embedded guest with some devices.</summary>
internal static class DemoVerb
{
    /// <summary>Drives without a backing file: reads give zeros, writes are lost.</summary>
    private static readonly string[] Drives =
    [
        "-blockdev", "driver=null-co,node-name=demo-1,size=1073741824", "-device", "nvme,drive=demo-1,serial=demo-nvme",
        "-blockdev", "driver=null-co,node-name=demo-2,size=1073741824", "-device", "virtio-blk-pci,drive=demo-2,serial=demo-disk",
    ];

    public static VmOptions Fill(VmOptions options) => options with
    {
        Machine = options.Machine ?? "demo",
        Architecture = Architecture.X64,
        LinuxContent = DemoGuest.Read(),
        Firmware = FirmwareKind.None,
        Console = ConsoleMode.ReadOnly,
        ConsoleTransport = ConsoleTransport.Serial,
        Networks = [NetworkMode.User, .. options.Networks],
        // The guest supports neither.
        SshKey = options.SshKey with { Pass = false },
        Vsock = options.Vsock with { Mode = VsockMode.No },
        Background = options.Background ?? "",
        QemuExtra = [.. options.QemuExtra, .. Drives],
    };
}
