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
        await using (var vm = await ControlledVm.Of(Scratch, host.StartVmspawn(Guest("wait-acpi,sleep=200", "--register=yes", "--keep-unit"))))
        {
            await vm.Run.Output.WaitFor("vmtest: waiting", GuestBound);
            Assert.Contains($"{Scratch.Mark} vm ", Words(await host.Machinectl("list")), StringComparison.Ordinal);
            var status = await host.Machinectl("status", Scratch.Mark);
            Assert.Contains($"Leader: {vm.Run.Qemu} ", Words(status), StringComparison.Ordinal);
            Assert.Contains("Service: vmspawn; class vm", Words(status), StringComparison.Ordinal);
            await ANameThatIsTakenEndsAMachineThatInsists(host);

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
            Assert.Equal(0, (await vm.Run.End(ShortBound)).Status);
        }

        await AKilledLeaderLeavesNothing(host);
        Assert.DoesNotContain(Scratch.Mark, (await host.Machinectl("list")).Output, StringComparison.Ordinal);
        await host.End();
    }

    private async Task AKilledLeaderLeavesNothing(SystemdHost host)
    {
        await using var vm = await ControlledVm.Of(Scratch, host.StartVmspawn(Guest("wait-acpi,sleep=200", "--register=yes", "--keep-unit")));
        await vm.Run.Output.WaitFor("vmtest: waiting", GuestBound);
        await host.Machinectl("kill", "--kill-whom=leader", "--signal=KILL", Scratch.Mark);
        Assert.Equal(1, (await vm.Run.End(ShortBound)).Status);
        Assert.False(Directory.Exists(Scratch.RuntimeOf(Scratch.Mark)));
    }

    // The name is free in the other runtime directory, and not in machined's.
    private async Task ANameThatIsTakenEndsAMachineThatInsists(SystemdHost host)
    {
        using var second = host.StartVmspawn(Guest("sleep=200", "--system", "--register=yes", "--keep-unit"));
        var ended = await second.End(ShortBound);
        Assert.Equal(1, ended.Status);
        Assert.Contains(
            "vmspawn: --register=yes: systemd-machined did not take the machine: /run/systemd/machine/io.systemd.Machine: it has a machine of this name",
            ended.Error, StringComparison.Ordinal);
    }

    private static string Words(Ended ended) => string.Join(' ', ended.Output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

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
