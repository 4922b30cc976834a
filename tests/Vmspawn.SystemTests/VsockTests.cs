using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>The program that gives a guest a vsock in user space.</summary>
public sealed class VsockTests : VmTest
{
    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task The_guest_has_the_device_where_the_plan_says_and_every_helper_is_gone_with_it(QemuKind qemu)
    {
        using var run = Start(qemu, Guest("report,poweroff", "--vsock=user", "--network-user-mode", $"--image={Scratch.Raw("disk")}"));
        var ended = await run.End(GuestBound);
        Assert.True(ended.Status == 0, ended.ToString());
        // Behind the card and the root disk; virtio's id of a vsock is 0x13.
        var device = Assert.Single(GuestReport.In(ended.Output).Pci, one => one.Id == "1af4:1053");
        Assert.Equal("0000:03:00.0", device.Address);
        Assert.DoesNotContain("stayed when QEMU had ended", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_death_of_the_program_behind_a_vsock_ends_the_machine()
    {
        // As long as a name can be: its sockets are reached by a descriptor of their directory.
        var name = $"{Scratch.Mark}-{new string('x', 63 - Scratch.Mark.Length)}";
        using var run = Start(QemuKind.Distribution, Guest("ignore-acpi", "--vsock=user", $"--machine={name}"));
        await run.Output.WaitFor("vmtest: ignoring", GuestBound);
        using (var client = VmspawnRun.Start(Scratch, QemuKind.Distribution, "ssh", "--timeout=3", name, "true"))
        {
            var refused = await client.End(ShortBound);
            Assert.Equal(255, refused.Status);
            Assert.Matches($"^vmspawn: {name}: waiting for the guest's sshd \\(Ctrl-C gives up\\)\nvmspawn: {name}: the guest's sshd did not answer within 3 s: nothing in the guest listens on vsock port 22 .*\n$", refused.Error);
        }

        var program = Assert.Single(Processes.Children(run.ProcessId), id => Processes.Arguments(id).Any(word => word.Contains("guest-cid=", StringComparison.Ordinal)));
        Processes.Signal(program, "KILL");
        var ended = await run.End(ShortBound);
        Assert.Equal(1, ended.Status);
        Assert.EndsWith("vmspawn: vhost-device-vsock (the vsock): was killed by SIGKILL, so the VM was ended\n", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_machines_cannot_have_one_context_id_and_a_program_that_does_not_start_is_reported_with_its_message()
    {
        using var run = Start(QemuKind.Distribution, Guest("ignore-acpi", "--vsock=user", "--vsock-cid=4711"));
        await run.Output.WaitFor("vmtest: ignoring", GuestBound);
        using var second = Start(QemuKind.Distribution, Guest("poweroff", "--vsock=user", "--vsock-cid=4711", $"--machine={Scratch.Mark}b"));
        var refused = await second.End(ShortBound);
        Assert.Equal((1, "vmspawn: --vsock-cid=4711: another machine has this context id (choose another, or omit the option)\n"), (refused.Status, refused.Error));

        var broken = Directory.CreateDirectory(Scratch.Own("broken")).FullName;
        File.WriteAllText(Path.Combine(broken, "vhost-device-vsock"), "#!/bin/sh\necho no memory today >&2\nexit 3\n");
        File.SetUnixFileMode(Path.Combine(broken, "vhost-device-vsock"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var third = StartWith(broken, QemuKind.Distribution, Guest("poweroff", "--vsock=user", $"--machine={Scratch.Mark}c"));
        var failed = await third.End(ShortBound);
        Assert.Equal(1, failed.Status);
        Assert.EndsWith("vmspawn: cannot start vhost-device-vsock (the vsock): exited with status 3: no memory today\n", failed.Error, StringComparison.Ordinal);

        run.Signal("TERM");
        // Signals that come within half a second are one.
        await Task.Delay(TimeSpan.FromSeconds(1));
        run.Signal("TERM");
        Assert.Equal(1, (await run.End(GuestBound)).Status);
    }

    [Fact]
    public async Task The_death_of_the_journal_receiver_ends_the_machine_and_a_directory_gets_a_file_of_its_own()
    {
        var directory = Directory.CreateDirectory(Scratch.Own("journals")).FullName;
        using var run = Start(QemuKind.Distribution, Guest("ignore-acpi", "--vsock=user", $"--forward-journal={directory}"));
        await run.Output.WaitFor("vmtest: ignoring", GuestBound);
        var program = Assert.Single(Processes.Children(run.ProcessId), id => Processes.Arguments(id).Contains("--split-mode=none"));
        Assert.Contains($"--output={directory}/remote-{Scratch.Mark}.journal", Processes.Arguments(program));
        Processes.Signal(program, "KILL");
        var ended = await run.End(ShortBound);
        Assert.Equal(1, ended.Status);
        Assert.Contains(".journal): was killed by SIGKILL, so the VM was ended", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Descriptors_that_are_not_the_devices_of_their_names_are_refused_before_anything_starts()
    {
        var file = Scratch.Raw("no-device");
        using var run = VmspawnRun.StartProgram(
            "/bin/sh", new Dictionary<string, string?>(), Scratch, QemuKind.Sid,
            ["-c", $"export LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=vhost-vsock:kvm; exec \"$@\" 3</dev/null 4<>{file}", "sh", Prepared.Binary, .. Guest("poweroff", "--kvm=auto")]);
        var ended = await run.End(ShortBound);
        Assert.Equal(1, ended.Status);
        Assert.Equal(
            "vmspawn: $LISTEN_FDS: kvm: the descriptor of this name is not /dev/kvm (pass an open /dev/kvm, or give the descriptor another name)\n"
            + "vmspawn: $LISTEN_FDS: vhost-vsock: the descriptor of this name is not /dev/vhost-vsock (pass an open /dev/vhost-vsock, or give the descriptor another name)\n",
            ended.Error);
    }

    private VmspawnRun Start(QemuKind qemu, IEnumerable<string> arguments) => StartWith(Prepared.VsockFolder, qemu, arguments);

    private VmspawnRun StartWith(string folder, QemuKind qemu, IEnumerable<string> arguments) => VmspawnRun.StartWith(
        new Dictionary<string, string?> { ["PATH"] = $"{folder}:{TestEnvironment.For(Scratch, qemu)["PATH"]}" }, Scratch, qemu, arguments);
}
