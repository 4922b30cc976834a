using System.Net;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Qmp;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Machines that a .NET process owns, in the process of the tests.</summary>
public sealed class VirtualMachineTests : LibraryTest
{
    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_machine_ends_with_success_when_its_guest_powers_off(QemuKind qemu)
    {
        await using var machine = await Start(qemu, Disk(BootSector.Write(Scratch)));
        var exit = await machine.Exited.WaitAsync(GuestBound, Cancel);
        Assert.Equal((0, 0, VmState.Ended), (exit.Status, exit.Errors.Count, machine.State));
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task What_the_guest_writes_can_be_waited_for_and_what_is_sent_reaches_it(QemuKind qemu)
    {
        await using var machine = await Start(qemu, Linux("cat,poweroff"));
        Assert.Equal(VmState.Running, machine.State);
        await machine.Console.WaitForAsync("vmtest: reading bytes", GuestBound, Cancel);
        await machine.Console.SendAsync("a\u00e4z", Cancel);
        foreach (var code in (string[])["61", "c3", "a4"])
            await machine.Console.WaitForAsync($"vmtest: byte {code}", GuestBound, Cancel);
        Assert.Equal(0, (await machine.Exited.WaitAsync(GuestBound, Cancel)).Status);
        Assert.Contains("vmtest: reading ends", machine.Console.Text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', machine.Console.Text);
    }

    [Fact]
    public async Task A_wait_ends_with_the_console_when_its_time_limit_passes_and_with_the_reason_when_the_machine_ends()
    {
        await using var machine = await Start(QemuKind.Distribution, Disk(BootSector.WriteSerial(Scratch, "\e[1mBOOT\e[0m-MARK")));
        await machine.Console.WaitForAsync("BOOT-MARK", GuestBound, Cancel);
        // What was matched is not matched again.
        var late = await Assert.ThrowsAsync<VmTimeoutException>(() => machine.Console.WaitForAsync("BOOT", TimeSpan.FromMilliseconds(200), Cancel));
        Assert.Equal("\"BOOT\" on the console did not happen within 0.2 s; the console's last lines:\nBOOT-MARK", late.Message);

        var waiting = machine.Console.WaitForAsync("never", GuestBound, Cancel);
        var exit = await machine.CutPowerAsync(Cancel);
        Assert.Equal(1, exit.Status);
        var ended = await Assert.ThrowsAsync<VmEndedException>(() => waiting.WaitAsync(ShortBound, Cancel));
        Assert.Equal((exit, "BOOT-MARK"), (ended.Exit, ended.ConsoleTail));
        await Assert.ThrowsAsync<VmEndedException>(() => machine.PauseAsync(Cancel));
    }

    [Fact]
    public async Task A_report_has_the_console_the_plan_qemus_words_and_how_the_machine_ended()
    {
        var machine = await Start(QemuKind.Distribution, Disk(BootSector.WriteSerial(Scratch, "\e[1mBOOT\e[0m-MARK")) with { QemuExtra = ["-global", "no-such-device.x=1"] });
        await using (machine)
        {
            await machine.Console.WaitForAsync("BOOT-MARK", GuestBound, Cancel);
            await machine.PauseAsync(Cancel);
            await machine.CutPowerAsync(Cancel);
        }

        var files = await Report(machine.WriteReportAsync);
        Assert.Equal(
            ["commands.txt", "console.raw", "console.txt", "exit.txt", "helpers-stderr.txt", "messages.txt", "options.txt", "plan.json", "qemu-stderr.txt", "qmp-events.txt"],
            files.Keys.Order(StringComparer.Ordinal));
        Assert.Matches(@"^20[0-9-]{8}T[0-9:.]+Z STOP\n", files["qmp-events.txt"]);
        Assert.Contains("\nBOOT-MARK", "\n" + files["console.txt"], StringComparison.Ordinal);
        Assert.Contains("\e[1mBOOT", files["console.raw"], StringComparison.Ordinal);
        Assert.Contains("no-such-device", files["qemu-stderr.txt"], StringComparison.Ordinal);
        Assert.Contains("-global\nno-such-device.x=1\n", files["commands.txt"], StringComparison.Ordinal);
        Assert.Contains("vmspawn ", files["options.txt"], StringComparison.Ordinal);
        Assert.StartsWith("status 1\n", files["exit.txt"], StringComparison.Ordinal);
        Assert.Contains("power cut", files["messages.txt"], StringComparison.Ordinal);
        Assert.StartsWith("{", files["plan.json"], StringComparison.Ordinal);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_start_that_fails_has_the_plan_and_what_was_written_and_can_be_reported(QemuKind qemu)
    {
        var refused = await Assert.ThrowsAsync<VmLaunchException>(() => Start(qemu, Disk(BootSector.Write(Scratch)) with { QemuExtra = ["-chardev", "file,id=x,path=/nowhere/x"] }));
        Assert.Equal(("start QEMU", true), (refused.Step, refused.Plan.Arguments.Contains("file,id=x,path=/nowhere/x")));
        Assert.Matches("^QEMU:\n.*/nowhere/x", refused.Output);
        var files = await Report(refused.WriteReportAsync);
        Assert.Contains("/nowhere/x", files["qemu-stderr.txt"], StringComparison.Ordinal);
        Assert.Contains("path=/nowhere/x\n", files["commands.txt"], StringComparison.Ordinal);
        Assert.StartsWith("status 1\n", files["exit.txt"], StringComparison.Ordinal);
        Assert.Contains("started QEMU", files["messages.txt"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_fails_because_of_a_helper_has_the_helpers_words()
    {
        var programs = Path.Combine(Scratch.Images, "bin");
        Directory.CreateDirectory(programs);
        var swtpm = Path.Combine(programs, "swtpm");
        await File.WriteAllTextAsync(swtpm, "#!/bin/sh\necho the chip is worn out >&2\nexit 3\n", Cancel);
        File.SetUnixFileMode(swtpm, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var variables = TestEnvironment.For(Scratch, QemuKind.Distribution);
        variables["PATH"] = $"{programs}:{variables["PATH"]}";
        var planning = await VmPlanning.OfAsync(Disk(BootSector.Write(Scratch)) with { Tpm = Tristate.Yes, TpmState = StatePlace.Off }, new VmEnvironment { Variable = name => variables.GetValueOrDefault(name) }, Cancel);
        var failed = await Assert.ThrowsAsync<VmLaunchException>(() => VirtualMachine.StartAsync(planning, cancellationToken: Cancel));
        const string Words = "^swtpm \\(the TPM.*\\):\nthe chip is worn out\n";
        Assert.Matches(Words, failed.Output);
        Assert.Matches(Words, (await Report(failed.WriteReportAsync))["helpers-stderr.txt"]);
        File.Delete(swtpm);
        Directory.Delete(programs);
    }

    [Fact]
    public async Task Another_client_finds_the_machine_by_its_control_socket_and_controls_it()
    {
        await using var machine = await Start(QemuKind.Distribution, Disk(BootSector.WriteIdle(Scratch)), HostIntegration.ControlSocket);
        var where = new RunningMachineOptions { Environment = Environment(QemuKind.Distribution), AnswerTime = ShortBound };
        Assert.Contains(machine.Name, await RunningMachine.ListAsync(where, Cancel));
        await using var other = await RunningMachine.OpenAsync(machine.Name, where, Cancel);
        var status = await other.GetStatusAsync(Cancel);
        Assert.Equal((true, "running", (long)System.Environment.ProcessId), (other.IsVmspawn, status.State, status.ProcessId!.Value));

        var disk = await other.Disks.AttachAsync("more", Scratch.Raw("more.raw"), DiskType.Nvme, cancellationToken: Cancel);
        Assert.Equal(("more", "nvme"), (disk.Name, disk.Type));
        Assert.Contains("more", machine.Disks.All.Select(known => known.Name));
        Assert.Contains(await other.ListPortsAsync(Cancel), port => port.Owner == "disk more");

        await using (var forMonitor = await RunningMachine.OpenAsync(machine.Name, where, Cancel))
        {
            await using var monitor = await forMonitor.OpenMonitorAsync(cancellationToken: Cancel);
            Assert.True((await monitor.QueryStatusAsync()).Running);
        }

        await other.PauseAsync(Cancel);
        Assert.Equal("paused", (await other.GetStatusAsync(Cancel)).State);
        await other.ResumeAsync(Cancel);
        await other.TerminateAsync(Cancel);
        Assert.Equal(0, (await machine.Exited.WaitAsync(ShortBound, Cancel)).Status);
    }

    [Fact]
    public async Task Several_machines_run_in_one_process_and_each_ends_by_itself()
    {
        var image = BootSector.WriteIdle(Scratch);
        var machines = await Task.WhenAll(Enumerable.Range(0, 4).Select(number => Start(QemuKind.Distribution, Disk(image) with { Machine = $"{Scratch.Mark}-{number}", Ephemeral = true })));
        try
        {
            await machines[0].DisposeAsync();
            Assert.Equal(VmState.Ended, machines[0].State);
            Assert.All(machines[1..], machine => Assert.False(machine.Exited.IsCompleted));

            Assert.False((await machines[1].StopAsync(TimeSpan.FromSeconds(1), Cancel)).IsSuccess);
            await machines[2].PauseAsync(Cancel);
            Assert.Equal("paused", (await (await machines[2].GetMonitorAsync(Cancel)).QueryStatusAsync(cancellationToken: Cancel)).Status);
            await machines[2].ResumeAsync(Cancel);
            await machines[2].ResetAsync(Cancel);
        }
        finally
        {
            await Task.WhenAll(machines.Select(machine => machine.DisposeAsync().AsTask()));
        }

        Assert.All(machines, machine => Assert.True(machine.Exited.IsCompletedSuccessfully));
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Disks_come_and_go_and_links_go_down_while_the_guest_runs(QemuKind qemu)
    {
        await using var machine = await Start(qemu, Linux("shell") with { Networks = [NetworkMode.User], PublishedPorts = [new(IPAddress.Loopback, 0, 80, IsUdp: false)] });
        var published = machine.PublishedPort(80);
        Assert.Equal((IPAddress.Loopback, true), (published.Address, published.Port > 0));
        Assert.Throws<ArgumentException>(() => machine.PublishedPort(81));
        await Assert.Single(machine.Nics).SetLinkAsync(up: false, Cancel);

        var file = Scratch.Raw("data.raw", 1 << 20);
        var disk = await machine.Disks.AttachAsync("data", file, DiskType.Nvme, readOnly: true, cancellationToken: Cancel);
        Assert.Equal(new VmDisk("data", DiskType.Nvme, file, 1 << 20, true, null), disk);
        Assert.Contains(disk, machine.Disks.All);
        var taken = await Assert.ThrowsAsync<VmControlException>(() => machine.Disks.AttachAsync("data", file, cancellationToken: Cancel));
        Assert.Equal(VmControlFailure.StorageExists, taken.Failure);
        var missing = await Assert.ThrowsAsync<VmControlException>(() => machine.Disks.AttachAsync("more", "/nowhere/x", cancellationToken: Cancel));
        Assert.Equal((VmControlFailure.BadFile, Errno.ENOENT), (missing.Failure, missing.Errno));

        await machine.Console.WaitForAsync("# ", GuestBound, Cancel);
        await machine.Console.SendAsync("until [ -e /sys/block/nvme0n1 ]; do sleep 0.2; done; echo sectors $(cat /sys/block/nvme0n1/size)\n", Cancel);
        await machine.Console.WaitForAsync("sectors 2048", GuestBound, Cancel);
        await machine.Disks.DetachAsync("data", GuestBound, Cancel);
        Assert.DoesNotContain(machine.Disks.All, known => known.Name == "data");
        await machine.Console.SendAsync("ls /sys/block | grep -c nvme; poweroff -f\n", Cancel);
        await machine.Console.WaitForAsync("\n0\n", GuestBound, Cancel);
        Assert.Equal(0, (await machine.Exited.WaitAsync(GuestBound, Cancel)).Status);
    }

    [Fact]
    public async Task A_panic_of_the_guests_kernel_ends_a_wait_although_the_machine_runs_on()
    {
        await using var machine = await Start(QemuKind.Distribution, Linux("panic"));
        var panic = await Assert.ThrowsAsync<VmPanicException>(() => machine.Console.WaitForAsync("never", GuestBound, Cancel));
        Assert.StartsWith("Kernel panic - not syncing", panic.Panic, StringComparison.Ordinal);
        Assert.Contains(panic.Panic, panic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_planned_or_started_is_a_typed_failure_that_leaves_nothing()
    {
        var missing = await Assert.ThrowsAsync<VmPlanException>(() => Start(QemuKind.Distribution, Disk("/nowhere/image.raw")));
        Assert.Equal("image-missing", Assert.Single(missing.Problems).Code);
        Assert.Contains("/nowhere/image.raw", missing.Message, StringComparison.Ordinal);

        await using var first = await Start(QemuKind.Distribution, Disk(BootSector.WriteIdle(Scratch)));
        var second = await Assert.ThrowsAsync<VmLaunchException>(() => Start(QemuKind.Distribution, Disk(BootSector.Write(Scratch))));
        Assert.Contains(Scratch.Mark, second.Message, StringComparison.Ordinal);
        Assert.Equal("", second.Output);
        var files = await Report(second.WriteReportAsync);
        Assert.Equal($"it was not started: {second.Message}\n", files["exit.txt"]);
        Assert.StartsWith("{", files["plan.json"], StringComparison.Ordinal);

        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Start(QemuKind.Distribution, Disk(BootSector.Write(Scratch)) with { Machine = $"{Scratch.Mark}-2" }, cancel: cancelled.Token));
    }

    /// <summary>The files of a report by their names.</summary>
    private async Task<Dictionary<string, string>> Report(Func<string, Task<IReadOnlyList<string>>> write)
    {
        var directory = Path.Combine(Scratch.Images, "report");
        var files = (await write(directory)).ToDictionary(path => Path.GetFileName(path), File.ReadAllText);
        Directory.Delete(directory, recursive: true);
        return files;
    }
}
