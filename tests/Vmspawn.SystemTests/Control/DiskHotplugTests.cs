using Vmspawn.SystemTests.Harness;
using Vmspawn.Varlink;

namespace Vmspawn.SystemTests.Control;

/// <summary>The edges of plugging disks in and out.</summary>
public sealed class DiskHotplugTests : VmTest
{
    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task The_eleventh_disk_of_ten_ports_is_refused_with_the_owners_of_the_ports(QemuKind qemu)
    {
        await using var vm = await ControlledVm.Start(Scratch, qemu, Guest("sleep=100"));
        for (var i = 0; i < 10; i++)
            await vm.Attach($"d{i}", i % 2 == 0 ? "virtio-blk" : "nvme", Scratch.Raw($"d{i}"));
        var (name, reason) = await ControlledVm.Failure(vm.Attach("d10", "virtio-blk", Scratch.Raw("d10")));
        Assert.Equal("NoFreePort", name);
        Assert.StartsWith("10 of 10 hotplug ports are taken: disk d0, disk d1", reason, StringComparison.Ordinal);
        await End(vm);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Drives_from_boot_leave_and_their_ports_are_used_again_but_the_root_stays(QemuKind qemu)
    {
        await using var vm = await ControlledVm.Start(
            Scratch, qemu, Guest("shell", "--console=interactive", $"--image={Scratch.Raw("root")}",
            $"--extra-drive=nvme:{Scratch.Raw("extra")}", $"--extra-drive=virtio-scsi:{Scratch.Raw("scsi")}"));
        var shell = new GuestShell(vm.Run);
        await shell.Begin();
        Assert.Equal("StorageImmutable", (await ControlledVm.Failure(vm.Detach("vmspawn-root"))).Name);
        Assert.Equal("StorageImmutable", (await ControlledVm.Failure(vm.Replace("vmspawn-root", Scratch.Raw("other")))).Name);
        Assert.Equal("StorageImmutable", (await ControlledVm.Failure(vm.Detach("vmspawn-rng"))).Name);
        Assert.Equal("io.systemd.MachineInstance.StorageImmutable", (await Assert.ThrowsAsync<VarlinkErrorException>(() => Remove(vm, "vmspawn-extra-0"))).Name);
        using var qmp = await QmpQuestions.Acquire(vm);
        var sets = await qmp.Fdsets();
        var free = (await vm.PortStates())["free"];

        await vm.Replace("vmspawn-extra-0", Scratch.Raw("extra2"));
        Assert.Equal(sets, await qmp.Fdsets());
        Assert.True(await vm.Detach("vmspawn-extra-0"));
        Assert.True(await vm.Detach("vmspawn-extra-1"));
        Assert.Equal("gone", await shell.Do("gone extra"));
        Assert.Equal(sets - 2, await qmp.Fdsets());
        // The drive's own port, and the spare that the SCSI controller had.
        Assert.Equal(free + 2, (await vm.PortStates())["free"]);
        Assert.Equal("NoSuchStorage", (await ControlledVm.Failure(vm.Detach("vmspawn-extra-0"))).Name);
        await End(vm);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_port_that_was_filled_through_the_monitor_is_skipped_until_it_is_empty_again(QemuKind qemu)
    {
        await using var vm = await ControlledVm.Start(Scratch, qemu, Guest("sleep=100"));
        await vm.Run.Output.WaitFor("vmtest: up", GuestBound);
        using var qmp = await QmpQuestions.Acquire(vm);
        const string Device = """{"driver":"virtio-rng-pci","id":"theirs","bus":"vmspawn-hotplug-pci-root-port-0"}""";
        await qmp.Ask("device_add", Device);
        Assert.Equal("vmspawn-hotplug-pci-root-port-1", (await vm.Attach("d", "virtio-blk", Scratch.Raw("d"))).GetProperty("port"u8).GetString());
        var owner = (await vm.Call(ControlledVm.Ours + "ListPorts")).GetProperty("ports"u8)[0].GetProperty("owner"u8).GetString();
        Assert.Equal("virtio-rng-pci theirs, plugged in through the monitor", owner);
        await qmp.Ask("device_del", """{"id":"theirs"}""");
        var end = DateTime.UtcNow + ShortBound;
        while ((await vm.PortStates())["free"] != 9 && DateTime.UtcNow < end)
            await Task.Delay(100);
        var port = (await vm.Call(ControlledVm.Ours + "ListPorts")).GetProperty("ports"u8)[0];
        Assert.Equal("vmspawn-hotplug-pci-root-port-0 free", $"{port.GetProperty("id"u8)} {port.GetProperty("state"u8)}");
        // The one that has been free longest comes first.
        Assert.Equal("vmspawn-hotplug-pci-root-port-2", (await vm.Attach("e", "nvme", Scratch.Raw("e"))).GetProperty("port"u8).GetString());
        await End(vm);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_drive_that_shares_its_port_cannot_be_detached_and_the_error_says_why(QemuKind qemu)
    {
        await using var vm = await ControlledVm.Start(
            Scratch, qemu, Guest("sleep=100", "--pcie-layout=packed", $"--image={Scratch.Raw("root")}",
            $"--extra-drive=nvme:{Scratch.Raw("one")}", $"--extra-drive=nvme:{Scratch.Raw("two")}"));
        var (name, reason) = await ControlledVm.Failure(vm.Detach("vmspawn-extra-0"));
        Assert.Equal("StorageImmutable", name);
        Assert.Contains("packed", reason, StringComparison.Ordinal);
        await End(vm);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_disk_leaves_a_guest_that_was_still_booting_when_it_was_asked_for(QemuKind qemu)
    {
        await using var vm = await ControlledVm.Start(Scratch, qemu, Guest("sleep=100"));
        await vm.Attach("early", "virtio-blk", Scratch.Raw("early"));
        Assert.True(await vm.Detach("early", GuestBound / 2));
        Assert.DoesNotContain("taken", (await vm.PortStates()).Keys);
        await End(vm);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_guest_that_stands_still_keeps_its_disk_for_now_and_lets_go_later(QemuKind qemu)
    {
        await using var vm = await ControlledVm.Start(Scratch, qemu, Guest("sleep=100"));
        await vm.Run.Output.WaitFor("vmtest: up", GuestBound);
        await vm.Attach("d", "virtio-blk", Scratch.Raw("d"));
        await vm.Call(ControlledVm.Instance + "Pause");
        var (name, reason) = await ControlledVm.Failure(vm.Detach("d", TimeSpan.FromSeconds(1)));
        Assert.Equal("TimedOut", name);
        Assert.Contains("stays attached", reason, StringComparison.Ordinal);
        await vm.Call(ControlledVm.Instance + "Resume");
        // The first request may have ended it before the second one is sent.
        try
        {
            Assert.True(await vm.Detach("d"));
        }
        catch (VarlinkErrorException gone) when (gone.Name.EndsWith(".NoSuchStorage", StringComparison.Ordinal))
        {
        }

        Assert.Equal(10, (await vm.PortStates())["free"]);
        await End(vm);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task One_of_many_calls_at_once_for_the_same_name_wins_and_other_names_all_do(QemuKind qemu)
    {
        await using var vm = await ControlledVm.Start(Scratch, qemu, Guest("sleep=100"));
        var calls = Enumerable.Range(0, 8).Select(i => Attempt(vm, "same", Scratch.Raw($"same{i}")))
            .Concat(Enumerable.Range(0, 8).Select(i => Attempt(vm, $"other{i}", Scratch.Raw($"other{i}"))));
        var outcomes = await Task.WhenAll(calls);
        Assert.Equal(9, outcomes.Count(outcome => outcome == "attached"));
        Assert.Equal(7, outcomes.Count(outcome => outcome == "StorageExists"));
        Assert.Equal(1, (await vm.PortStates())["free"]);
        await End(vm);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task What_cannot_be_a_disk_is_refused_with_the_reason(QemuKind qemu)
    {
        await using var vm = await ControlledVm.Start(Scratch, qemu, Guest("sleep=100"));
        var file = Scratch.Raw("file");
        Assert.Contains("directory", (await ControlledVm.Failure(vm.Attach("a", "nvme", Scratch.Images, writable: false))).Reason, StringComparison.Ordinal);
        Assert.Equal("BadFile", (await ControlledVm.Failure(vm.Attach("b", "nvme", "/dev/zero"))).Name);
        Assert.Equal("BadConfig", (await ControlledVm.Failure(vm.Attach("c", "floppy", file))).Name);
        await vm.Attach("d", "virtio-blk", file);
        Assert.Contains("disk d", (await ControlledVm.Failure(vm.Attach("e", "nvme", file))).Reason, StringComparison.Ordinal);
        Assert.Equal("StorageExists", (await ControlledVm.Failure(vm.Attach("d", "nvme", Scratch.Raw("other")))).Name);
        await End(vm);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Machinectls_interface_has_its_own_names_for_the_same(QemuKind qemu)
    {
        await using var vm = await ControlledVm.Start(Scratch, qemu, Guest("sleep=100"));
        await Add(vm, "d", Scratch.Raw("d"));
        Assert.Equal("StorageExists", (await ControlledVm.Failure(Add(vm, "d", Scratch.Raw("e")))).Name);
        Assert.Equal("NoSuchStorage", (await ControlledVm.Failure(Remove(vm, "x"))).Name);
        Assert.Equal("BadConfig", (await ControlledVm.Failure(Add(vm, "f", Scratch.Raw("f"), "floppy"))).Name);
        await Remove(vm, "d");
        await End(vm);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_guest_that_ejects_the_SCSI_controller_frees_its_disks_their_names_and_its_port(QemuKind qemu)
    {
        await using var vm = await ControlledVm.Start(Scratch, qemu, Guest("shell", "--console=interactive"));
        var shell = new GuestShell(vm.Run);
        await shell.Begin();
        using var qmp = await QmpQuestions.Acquire(vm);
        var sets = await qmp.Fdsets();
        await vm.Attach("one", "virtio-scsi", Scratch.Raw("one"));
        await vm.Attach("two", "scsi-cd", Scratch.Raw("two"), writable: false);
        Assert.StartsWith("sd", await shell.Do("disk one"), StringComparison.Ordinal);

        // The slot of the PCI device that the disk's path goes through.
        Assert.Equal("ejected", await shell.Do(
            "find one; a=$(readlink -f /sys/block/$name/device); a=${a#*/0000:00:*/}; a=${a%%.*}; " +
            "for s in /sys/bus/pci/slots/*; do read -r at <$s/address; [ $at = $a ] && echo 0 >$s/power && echo ejected; done"));
        var end = DateTime.UtcNow + ShortBound;
        // The disks go one after the other once the controller's port is free.
        async Task<(int Free, int Disks)> StateAsync() =>
            ((await vm.PortStates())["free"], (await vm.Call(ControlledVm.Ours + "ListStorage")).GetProperty("storage"u8).GetArrayLength());
        while (await StateAsync() != (10, 0) && DateTime.UtcNow < end)
            await Task.Delay(100);
        Assert.Equal((10, 0), await StateAsync());
        Assert.Equal("NoSuchStorage", (await ControlledVm.Failure(vm.Detach("one"))).Name);
        Assert.Empty(await qmp.HotNodes());
        Assert.Equal(sets, await qmp.Fdsets());

        await vm.Attach("one", "virtio-scsi", Scratch.Raw("one"));
        Assert.StartsWith("sd", await shell.Do("disk one"), StringComparison.Ordinal);
        Assert.True(await vm.Detach("one"));
        await End(vm);
    }

    [Fact]
    public async Task The_event_of_a_disks_end_has_its_name()
    {
        await using var vm = await ControlledVm.Start(Scratch, QemuKind.Distribution, Guest("sleep=100"));
        await vm.Run.Output.WaitFor("vmtest: up", GuestBound);
        await vm.Attach("data", "virtio-blk", Scratch.Raw("data"));
        await using var listener = await vm.Connect();
        await using var events = listener.CallMoreAsync(ControlledVm.Instance + "SubscribeEvents", call =>
        {
            call.WriteStartArray("filter"u8);
            call.WriteStringValue("DEVICE_DELETED"u8);
            call.WriteEndArray();
        }).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        events.Current.Dispose();
        Assert.True(await vm.Detach("data"));
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("data", events.Current.Parameters.GetProperty("data"u8).GetProperty("name"u8).GetString());
        events.Current.Dispose();
        await End(vm);
    }

    [Fact]
    public async Task A_qcow2_image_is_attached_as_one_only_when_that_is_requested()
    {
        await using var vm = await ControlledVm.Start(Scratch, QemuKind.Distribution, Guest("shell", "--console=interactive"));
        var image = Scratch.Own("hot.qcow2");
        using (var make = System.Diagnostics.Process.Start("qemu-img", ["create", "-q", "-f", "qcow2", image, "3M"]))
        {
            await make.WaitForExitAsync();
            Assert.Equal(0, make.ExitCode);
        }

        var (name, reason) = await ControlledVm.Failure(vm.Attach("q", "virtio-blk", image));
        Assert.Equal("BadFile", name);
        Assert.StartsWith("the file is a qcow2 image", reason, StringComparison.Ordinal);
        using var attach = VmspawnRun.Start(
            Scratch, QemuKind.Distribution,
            "attach", "--user", Scratch.Mark, image, "--format=qcow2", "--id=q");
        Assert.Equal(0, (await attach.End(ShortBound)).Status);
        var shell = new GuestShell(vm.Run);
        await shell.Begin();
        Assert.EndsWith(" 6144 0", await shell.Do("disk q"), StringComparison.Ordinal);
        await End(vm);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_SCSI_disk_with_a_name_longer_than_a_device_id_is_attached(QemuKind qemu)
    {
        const string Name = "a-name-of-25-characters--";
        await using var vm = await ControlledVm.Start(Scratch, qemu, Guest("sleep=100"));
        await vm.Attach(Name, "virtio-scsi", Scratch.Raw("hd"));
        await vm.Attach(Name + "cd", "scsi-cd", Scratch.Raw("cd"), writable: false);
        Assert.Equal(9, (await vm.PortStates())["free"]);
        await End(vm);
    }

    private static async Task Add(ControlledVm vm, string name, string path, string config = "virtio-blk")
    {
        using var file = Vmspawn.Linux.OpenFile.Open(path, writable: true);
        using var reply = await vm.Client.CallAsync(
            ControlledVm.Instance + "AddStorage",
            call =>
            {
                call.WriteNumber("fileDescriptorIndex"u8, 0);
                call.WriteString("name"u8, name);
                call.WriteString("config"u8, config);
            },
            [file]);
    }

    private static Task Remove(ControlledVm vm, string name) =>
        vm.Call(ControlledVm.Instance + "RemoveStorage", call => call.WriteString("name"u8, name));

    private static async Task<string> Attempt(ControlledVm vm, string name, string path)
    {
        await using var client = await vm.Connect();
        try
        {
            await ControlledVm.Attach(client, name, "virtio-blk", path);
            return "attached";
        }
        catch (VarlinkErrorException error)
        {
            return error.Name[(error.Name.LastIndexOf('.') + 1)..];
        }
    }

    private static async Task End(ControlledVm vm)
    {
        await vm.Terminate();
        Assert.Equal(0, (await vm.Run.End(ShortBound)).Status);
    }
}
