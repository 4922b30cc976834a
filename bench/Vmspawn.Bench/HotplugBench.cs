using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;
using Vmspawn.Qmp;
using Vmspawn.Varlink;

namespace Vmspawn.Bench;

/// <summary>
/// Disks plugged in and asked to leave, through the control socket and by the same commands on QEMU's own monitor. The
/// guest is a stopped processor: it takes no part, so that only vmspawn and QEMU are measured.
/// </summary>
internal sealed class HotplugBench(string program, string folder)
{
    private const int Disks = 60;
    private static readonly string[] Types = ["virtio-blk", "nvme"];

    /// <summary>Each with an image of its own, for its lock.</summary>
    private Supervised Vm(string image) => new(program,
    [
        "--user", "--quiet", "--kvm=no", "--tpm=no", "--firmware=bios", "--console=read-only", "--machine=bench", $"--hotplug-ports={Disks}",
        $"--image={BootSector.Write(Path.Combine(folder, image), BootSector.Halt)}",
    ]);

    private string Socket => Path.Combine(folder, "run", "systemd", "vmspawn", "bench", "control");

    public async Task PrintAsync()
    {
        Console.WriteLine();
        Console.WriteLine($"| a disk of a running VM; median of {Disks} | QMP by hand, ms | control socket, ms | added, ms |");
        Console.WriteLine("|---|---:|---:|---:|");
        foreach (var type in Types)
            await CompareAsync(type);
    }

    /// <summary>Two VMs at once, in turn, so that what else the machine does falls on both.</summary>
    private async Task CompareAsync(string type)
    {
        var runtime = Directory.CreateDirectory(Path.Combine(folder, "run"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var vm = Vm("socket.raw").Start(runtime.FullName);
        while (!File.Exists(Socket))
            await Task.Delay(10);
        await using var client = await VarlinkClient.ConnectAsync(Socket);
        // The first answer comes when QEMU is ready.
        (await client.CallAsync("org.vmspawn.Machine.Status")).Dispose();
        await new PlannedQemu(Vm("hand.raw").Plan()).Run(async monitor =>
        {
            await using var qemu = await QmpClient.StartAsync(monitor, new QmpClientOptions { HandshakeTimeout = TimeSpan.FromMinutes(1) });
            await MeasureAsync($"attach, {type}", (number, file) => PlugAsync(qemu, type, number, file), (number, file) => AttachAsync(client, type, number, file));
            await MeasureAsync($"ask to leave, {type}", (number, _) => qemu.DeviceDelAsync($"d{number}"), (number, _) => DetachAsync(client, number));
            await qemu.QuitAsync();
        });
        (await client.CallAsync("io.systemd.MachineInstance.Terminate")).Dispose();
        await vm.Exited;
    }

    private async Task MeasureAsync(string name, Func<int, SafeFileHandle, Task> byHand, Func<int, SafeFileHandle, Task> throughSocket)
    {
        var (hand, socket) = (new List<double>(), new List<double>());
        for (var number = 0; number < Disks; number++)
        {
            using var first = OpenFile.Open(BootSector.Write(Path.Combine(folder, $"hand{number}"), []), writable: true);
            using var second = OpenFile.Open(BootSector.Write(Path.Combine(folder, $"socket{number}"), []), writable: true);
            hand.Add(await Milliseconds(() => byHand(number, first)));
            socket.Add(await Milliseconds(() => throughSocket(number, second)));
        }

        var (handMs, socketMs) = (Medians.Of(hand), Medians.Of(socket));
        Console.WriteLine($"| {name} | {handMs:f2} | {socketMs:f2} | {socketMs - handMs:f2} |");
    }

    private static async Task AttachAsync(VarlinkClient client, string type, int number, SafeFileHandle file) =>
        (await client.CallAsync("org.vmspawn.Machine.Attach", call =>
        {
            call.WriteNumber("fileDescriptorIndex"u8, 0);
            call.WriteString("name"u8, $"d{number}");
            call.WriteString("config"u8, type);
        }, [file])).Dispose();

    private static async Task DetachAsync(VarlinkClient client, int number) =>
        (await client.CallAsync("org.vmspawn.Machine.Detach", call =>
        {
            call.WriteString("name"u8, $"d{number}");
            call.WriteBoolean("wait"u8, false);
        })).Dispose();

    private static async Task PlugAsync(QmpClient qemu, string type, int number, SafeFileHandle file)
    {
        var set = await qemu.AddFdAsync(file);
        await qemu.BlockdevAddAsync("file", $"f{number}", node =>
        {
            node.WriteString("filename"u8, set.Path);
            node.WriteString("discard"u8, "unmap"u8);
        });
        await qemu.BlockdevAddAsync("raw", $"n{number}", node =>
        {
            node.WriteString("file"u8, $"f{number}");
            node.WriteString("discard"u8, "unmap"u8);
        });
        await qemu.DeviceAddAsync(type == "nvme" ? "nvme" : "virtio-blk-pci", $"d{number}", $"vmspawn-hotplug-pci-root-port-{number}", device =>
        {
            device.WriteString("drive"u8, $"n{number}");
            device.WriteString("serial"u8, $"d{number}");
        });
    }

    private static async Task<double> Milliseconds(Func<Task> run)
    {
        var clock = Stopwatch.StartNew();
        await run();
        return clock.Elapsed.TotalMilliseconds;
    }
}
