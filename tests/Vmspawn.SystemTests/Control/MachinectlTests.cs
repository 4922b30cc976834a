using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests.Control;

/// <summary>machinectl of a current systemd, which learns the control socket's address from machined.</summary>
public sealed class MachinectlTests : VmTest
{
    [Fact]
    public async Task Machinectl_pauses_resumes_reboots_binds_volumes_powers_off_and_terminates()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run machined in namespaces of its own");
        using var host = await SystemdHost.Start(Scratch);
        await using (var vm = await ControlledVm.Start(Scratch, QemuKind.Sid, Guest("wait-acpi,sleep=200")))
        {
            await vm.Run.Output.WaitFor("vmtest: waiting", GuestBound);
            await host.Register(vm.Run.ProcessId, vm.Socket);
            Assert.Contains(Scratch.Mark, (await host.Machinectl("list")).Output, StringComparison.Ordinal);

            await host.Machinectl("pause", Scratch.Mark);
            Assert.Equal("paused", await vm.State());
            await host.Machinectl("resume", Scratch.Mark);
            Assert.Equal("running", await vm.State());

            await VolumesComeAndGo(host, vm);

            await host.Machinectl("reboot", Scratch.Mark);
            await vm.Run.Output.WaitFor("vmtest: waiting", GuestBound, times: 2);
            await host.Machinectl("poweroff", Scratch.Mark);
            await vm.Run.Output.WaitFor("vmtest: power button", GuestBound);
            await host.Machinectl("terminate", Scratch.Mark);
            Assert.Equal(1, (await vm.Run.End(ShortBound)).Status);
        }

        await host.End();
    }

    private async Task VolumesComeAndGo(SystemdHost host, ControlledVm vm)
    {
        foreach (var type in (string[])["virtio-blk", "nvme", "virtio-scsi"])
        {
            await host.Machinectl("bind-volume", Scratch.Mark, $"fs:{type}:{type}:create=new,size=32M,template=sparse-file");
            var disk = await vm.Disk($"fs:{type}");
            Assert.Equal((type, 32L << 20), (disk.GetProperty("type"u8).GetString(), disk.GetProperty("size"u8).GetInt64()));
            await host.Machinectl("unbind-volume", Scratch.Mark, $"fs:{type}");
        }

        var unknown = await host.TryMachinectl("unbind-volume", Scratch.Mark, "fs:virtio-blk");
        Assert.NotEqual(0, unknown.Status);
        Assert.Contains("NoSuchStorage", unknown.Error, StringComparison.Ordinal);
    }
}
