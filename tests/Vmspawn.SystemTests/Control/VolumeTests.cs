using System.Text.Json;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests.Control;

/// <summary>Volumes of systemd's own storage provider, at boot and while the guest runs.</summary>
public sealed class VolumeTests : VmTest
{
    private const string New = "create=new,size=16M,template=sparse-file";

    private string Providers => Path.Combine(Scratch.Runtime, "systemd", "io.systemd.StorageProvider");

    [Fact]
    public async Task A_volume_is_made_at_boot_kept_and_read_again_and_others_come_and_go()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run a storage provider in namespaces of its own");
        using var host = await SystemdHost.Start(Scratch);
        // The machines of this test are a user's, and the provider is the system's.
        Directory.CreateDirectory(Providers);
        File.CreateSymbolicLink(Path.Combine(Providers, "fs"), "/run/systemd/io.systemd.StorageProvider/fs");

        await APlanMakesNothing(host);
        await AtBootAndLater(host);
        await AgainForReading(host);
        await OneThatIsNotThere(host);
        Directory.Delete(Providers, recursive: true);
        await host.End();
    }

    private async Task APlanMakesNothing(SystemdHost host)
    {
        using var plan = host.StartVmspawn(["plan", "--format=json", .. Guest("poweroff", $"--bind-volume=fs:boot:nvme:{New}")]);
        var ended = await plan.End(ShortBound);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("\"name\": \"fs:boot\"", ended.Output, StringComparison.Ordinal);
    }

    private async Task AtBootAndLater(SystemdHost host)
    {
        await using var vm = await ControlledVm.Of(
            Scratch, host.StartVmspawn(Guest("report,write=nvme0n1:4096:mine,wait-acpi,poweroff", $"--bind-volume=fs:boot:nvme:{New}")));
        await vm.Run.Output.WaitFor("vmtest: waiting", GuestBound);
        var report = vm.Run.Output.Text;
        Assert.Contains("block nvme0n1 pci=0000:01:00.0 sectors=32768 ro=0 serial=boot", report, StringComparison.Ordinal);
        Assert.Equal("nvme", (await vm.Disk("fs:boot")).GetProperty("type"u8).GetString());

        using (var attach = host.StartVmspawn(["attach", "--user", "--json", Scratch.Mark, $"fs:hot:virtio-blk:{New}"]))
        {
            var attached = await attach.End(ShortBound);
            Assert.True(attached.Status == 0, attached.ToString());
            var disk = JsonElement.Parse(attached.Output);
            Assert.Equal(("fs:hot", 16 << 20), (disk.GetProperty("name").GetString(), disk.GetProperty("size").GetInt32()));
        }

        using (var again = host.StartVmspawn(["attach", "--user", Scratch.Mark, $"fs:hot:virtio-blk:{New}"]))
        {
            var refused = await again.End(ShortBound);
            Assert.Equal((1, "vmspawn: fs:hot: there is a volume hot already, and create=new wants none\n"), (refused.Status, refused.Error));
        }

        using (var detach = host.StartVmspawn(["detach", "--user", Scratch.Mark, "fs:hot"]))
            Assert.Equal(0, (await detach.End(ShortBound)).Status);
        vm.Run.Signal("TERM");
        Assert.Equal(0, (await vm.Run.End(GuestBound)).Status);
    }

    private async Task AgainForReading(SystemdHost host)
    {
        using var vm = host.StartVmspawn(Guest("report,read=vda:4096:16,poweroff", "--bind-volume=fs:boot::read-only=yes"));
        var ended = await vm.End(GuestBound);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("block vda pci=0000:01:00.0 sectors=32768 ro=1 serial=boot", ended.Output, StringComparison.Ordinal);
        Assert.Contains("vmtest: read vda:4096:16 mine", ended.Output, StringComparison.Ordinal);
    }

    private async Task OneThatIsNotThere(SystemdHost host)
    {
        using var vm = host.StartVmspawn(Guest("poweroff", "--bind-volume=fs:nothing:create=open", "--bind-volume=none:x"));
        var ended = await vm.End(ShortBound);
        Assert.Equal((1, ""), (ended.Status, ended.Output));
        Assert.Contains("vmspawn: --bind-volume=fs:nothing: there is no volume nothing (create=any makes one)\n", ended.Error, StringComparison.Ordinal);
        Assert.Contains("vmspawn: --bind-volume=none:x: no such storage provider serves here: there is no ", ended.Error, StringComparison.Ordinal);
    }
}
