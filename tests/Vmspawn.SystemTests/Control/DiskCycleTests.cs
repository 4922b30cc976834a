using System.Text;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests.Control;

/// <summary>Disks that come and go while a Linux guest runs, looked at from both sides.</summary>
public sealed class DiskCycleTests : VmTest
{
    private const int Rounds = 10;
    private const long Size = 4 << 20;

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Fifty_disks_of_all_types_come_are_used_replaced_and_go_without_leaking_anything(QemuKind qemu)
    {
        await using var vm = await ControlledVm.Start(Scratch, qemu, Guest("shell", "--console=interactive"));
        var shell = new GuestShell(vm.Run);
        await shell.Begin();
        using var qmp = await QmpQuestions.Acquire(vm);
        var ports = await vm.PortStates();
        (int Ours, int Qemus)? before = null;

        for (var round = 0; round < Rounds; round++)
        {
            await Cycle(vm, shell, qmp, "virtio-blk", writable: true);
            await Cycle(vm, shell, qmp, "virtio-blk", writable: false);
            await Cycle(vm, shell, qmp, "nvme", writable: round % 2 == 0);
            await Cycle(vm, shell, qmp, "virtio-scsi", writable: round % 2 == 0);
            await Cycle(vm, shell, qmp, "scsi-cd", writable: false);
            Assert.Equal(ports, await vm.PortStates());
            Assert.Empty(await qmp.HotNodes());
            // The first round may open what stays open for good.
            var open = (Processes.Descriptors(vm.Run.ProcessId).Count, Processes.Descriptors(vm.Run.Qemu).Count);
            before ??= open;
            Assert.Equal(before, open);
        }

        await vm.Terminate();
        Assert.Equal(0, (await vm.Run.End(ShortBound)).Status);
    }

    private int _cycles;

    private async Task Cycle(ControlledVm vm, GuestShell shell, QmpQuestions qmp, string type, bool writable)
    {
        var name = $"d{++_cycles}";
        var fdsets = await qmp.Fdsets();
        var first = Image($"{name}-first", Size);
        var disk = await vm.Attach(name, type, first, writable);
        Assert.Equal(name, disk.GetProperty("serial"u8).GetString());
        Assert.Equal(!writable, disk.GetProperty("readOnly"u8).GetBoolean());

        var serial = type == "scsi-cd" ? "cd" : name;
        var seen = await shell.Do($"disk {serial}");
        var device = seen.Split(' ')[0];
        // QEMU's nvme has no way to say that it is read-only; it only refuses to write.
        Assert.Equal($"{device} {Size / 512} {(writable || type == "nvme" ? 0 : 1)}", seen);
        Assert.Equal($"{name}-first", await shell.Do($"line {device}"));
        Assert.Equal(writable ? "written" : "refused", await shell.Do($"put {device} {name}-guest"));
        Assert.Equal(writable ? $"{name}-guest" : "", TextAt(first, 4096));

        await Replace(vm, shell, name, type, device, writable);

        Assert.True(await vm.Detach(name));
        Assert.Equal("gone", await shell.Do($"gone {serial}"));
        Assert.Equal(fdsets, await qmp.Fdsets());
    }

    /// <summary>A grown image where QEMU can announce that, else one of the same size.</summary>
    private async Task Replace(ControlledVm vm, GuestShell shell, string name, string type, string device, bool writable)
    {
        var grows = type == "scsi-cd" || writable && type != "nvme";
        var size = grows ? 2 * Size : Size;
        var second = Image($"{name}-second", size);
        var disk = await vm.Replace(name, second, writable);
        Assert.Equal(size, disk.GetProperty("size"u8).GetInt64());
        if (type == "virtio-scsi")
            await shell.Do($"echo 1 >/sys/block/{device}/device/rescan");
        Assert.Equal($"{name}-second", await shell.Do($"line {device}"));
        Assert.Equal((size / 512).ToString(), await shell.Do($"sectors {device} {size / 512}"));
        if (writable)
        {
            Assert.Equal("written", await shell.Do($"put {device} {name}-again"));
            Assert.Equal($"{name}-again", TextAt(second, 4096));
        }
    }

    private string Image(string name, long size)
    {
        var path = Scratch.Raw(name, size);
        using var file = File.OpenWrite(path);
        file.Write(Encoding.UTF8.GetBytes(name + "\n"));
        return path;
    }

    private static string TextAt(string path, int at)
    {
        var bytes = File.ReadAllBytes(path).AsSpan(at, 512);
        var end = bytes.IndexOfAny((byte)'\n', (byte)0);
        return Encoding.UTF8.GetString(bytes[..end]);
    }
}
