using System.Text;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests.Control;

/// <summary>Block devices of the host as disks.</summary>
public sealed class BlockDeviceTests : VmTest
{
    private const int Size = 4 << 20;

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_block_device_is_a_disk_at_boot_and_later_and_one_that_is_read_only_stays_so(QemuKind qemu)
    {
        using var atBoot = LoopDevice.TryMake(Scratch.Raw("boot"));
        using var hot = LoopDevice.TryMake(Scratch.Raw("hot"));
        using var other = LoopDevice.TryMake(Text("other"));
        using var fixedOne = LoopDevice.TryMake(Text("fixed"), readOnly: true);
        Assert.SkipWhen(atBoot is null || hot is null || other is null || fixedOne is null, "this host makes no loop devices");

        await using (var vm = await ControlledVm.Start(Scratch, qemu, Guest("shell", "--console=interactive", $"--extra-drive={atBoot.Path}")))
        {
            var shell = new GuestShell(vm.Run);
            await shell.Begin();
            var serial = Path.GetFileName(atBoot.Path);
            Assert.EndsWith($" {Size / 512} 0", await shell.Do($"disk {serial}"), StringComparison.Ordinal);

            var disk = await vm.Attach("hot", "virtio-blk", hot.Path);
            Assert.Equal(Size, disk.GetProperty("size"u8).GetInt64());
            var name = (await shell.Do("disk hot")).Split(' ')[0];
            Assert.Equal("written", await shell.Do($"put {name} pattern"));
            Assert.Equal("pattern", Encoding.UTF8.GetString(File.ReadAllBytes(hot.Path).AsSpan(4096, 7)));
            await vm.Replace("hot", other.Path);
            Assert.Equal("other", await shell.Do($"line {name}"));

            await vm.Attach("fixed", "virtio-scsi", fixedOne.Path, writable: false);
            var seen = (await shell.Do("disk fixed")).Split(' ');
            Assert.Equal("1", seen[2]);
            Assert.Equal("fixed", await shell.Do($"line {seen[0]}"));
            Assert.True(await vm.Detach("fixed"));
            Assert.True(await vm.Detach("hot"));
            await vm.Terminate();
            Assert.Equal(0, (await vm.Run.End(ShortBound)).Status);
        }
    }

    private string Text(string name)
    {
        var path = Scratch.Raw(name, Size);
        using var file = File.OpenWrite(path);
        file.Write(Encoding.UTF8.GetBytes(name + "\n"));
        return path;
    }
}
