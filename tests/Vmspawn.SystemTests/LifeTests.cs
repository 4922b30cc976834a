using System.Globalization;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>How a machine ends, and what our exit status says of it.</summary>
public sealed class LifeTests : VmTest
{
    /// <summary>The notice after a first signal.</summary>
    private const string Asking = "asking the guest to power off";

    /// <summary>The reason for status 1 after a guest that did not power off.</summary>
    private const string Forced = "was stopped by force";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_guest_that_powers_off_is_status_zero_and_quiet_prints_nothing(QemuKind qemu)
    {
        var ended = await Run(qemu, Guest("poweroff", "--quiet"));
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Equal("", ended.Error);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_guests_reboot_keeps_the_machine(QemuKind qemu)
    {
        using var run = VmspawnRun.Start(
            Scratch, qemu, Guest("mark=here,sleep=2,reboot-once=vda,mark=again,sleep=2,poweroff", $"--image={Scratch.Raw("disk")}"));
        await run.Output.WaitFor("vmtest: mark here", GuestBound);
        var first = run.Qemu;
        await run.Output.WaitFor("vmtest: mark again", GuestBound);
        Assert.Equal(first, run.Qemu);
        Assert.Equal(0, (await run.End(GuestBound)).Status);
    }

    [Theory]
    [InlineData(QemuKind.Distribution, "TERM"), InlineData(QemuKind.Sid, "TERM")]
    [InlineData(QemuKind.Distribution, "INT"), InlineData(QemuKind.Sid, "HUP")]
    public async Task A_signal_presses_the_power_button_and_the_guests_own_end_is_status_zero(QemuKind qemu, string signal)
    {
        using var run = VmspawnRun.Start(Scratch, qemu, Guest("wait-acpi,poweroff"));
        await run.Output.WaitFor("vmtest: waiting for the power button", GuestBound);
        run.Signal(signal);
        var ended = await run.End(GuestBound);
        Assert.Contains("vmtest: power button", ended.Output, StringComparison.Ordinal);
        Assert.True(ended.Status == 0, ended.ToString());
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_second_signal_ends_a_guest_that_ignores_the_button_at_once(QemuKind qemu)
    {
        using var run = VmspawnRun.Start(Scratch, qemu, Guest("ignore-acpi"));
        await run.Output.WaitFor("vmtest: ignoring", GuestBound);
        run.Signal("TERM");
        await run.Error.WaitFor(Asking, Soon);
        // Nothing must end the VM while the guest may still power off: that nothing happens can only be seen after some time.
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.False(HasEnded(run), "one signal must leave the guest time to power off");
        run.Signal("TERM");
        Assert.Contains(Forced, (await run.EndWith(1, Soon)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guest_that_ignores_the_button_is_ended_in_the_end()
    {
        using var run = VmspawnRun.Start(Scratch, QemuKind.Distribution, Guest("ignore-acpi"));
        await run.Output.WaitFor("vmtest: ignoring", GuestBound);
        run.Signal("TERM");
        Assert.Contains(Forced, (await run.EndWith(1, TimeSpan.FromSeconds(150))).Error, StringComparison.Ordinal);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_signal_before_the_guest_can_react_ends_the_machine(QemuKind qemu)
    {
        using var run = VmspawnRun.Start(Scratch, qemu, Guest("ignore-acpi"));
        await run.QemuStarted(ShortBound);
        run.Signal("TERM");
        await run.Error.WaitFor(Asking, Soon);
        // Signals that come within half a second are one.
        await Task.Delay(TimeSpan.FromSeconds(1));
        run.Signal("TERM");
        Assert.Contains(Forced, (await run.EndWith(1, Soon)).Error, StringComparison.Ordinal);
    }

    [Theory, InlineData("TERM"), InlineData("QUIT")]
    public async Task Two_signals_at_once_leave_the_guest_its_time(string signal)
    {
        using var run = VmspawnRun.Start(Scratch, QemuKind.Distribution, Guest("wait-acpi,poweroff"));
        await run.Output.WaitFor("vmtest: waiting for the power button", GuestBound);
        run.Signal(signal);
        await Task.Delay(100);
        run.Signal("TERM");
        var ended = await run.End(GuestBound);
        Assert.True(ended.Status == 0, ended.ToString());
    }

    [Fact]
    public async Task A_qemu_that_dies_before_its_greeting_ends_vmspawn_every_time()
    {
        for (var round = 0; round < 12; round++)
        {
            // Three at once: it is the busy machine on which the order of events changes.
            var runs = Enumerable.Range(0, 3).Select(one => VmspawnRun.StartWith(
                new Dictionary<string, string?> { ["SYSTEMD_VMSPAWN_QEMU_EXTRA"] = "-device virtio-blk-pci,drive=nonexistent" },
                Scratch, QemuKind.Distribution,
                Boot(BootSector.Write(Scratch, $"boot{one}.raw"), $"{Scratch.Mark}{one}", "--pass-ssh-key=yes", "--network-user-mode"))).ToList();
            foreach (var run in runs)
            {
                using (run)
                {
                    var ended = await run.End(ShortBound);
                    Assert.Equal(1, ended.Status);
                    Assert.Contains("can't find value 'nonexistent'", ended.Error, StringComparison.Ordinal);
                }
            }
        }
    }

    [Fact]
    public async Task A_stopped_qemu_ends_within_seconds_of_a_signal()
    {
        using var run = VmspawnRun.Start(Scratch, QemuKind.Distribution, Boot(BootSector.WriteIdle(Scratch), Scratch.Mark));
        await run.Error.WaitFor("booting", ShortBound);
        await Task.Delay(TimeSpan.FromSeconds(3));
        Processes.Signal(run.Qemu, "STOP");
        run.Signal("TERM");
        var ended = await run.End(ShortBound);
        Assert.Equal(1, ended.Status);
        Assert.Contains("QEMU does not answer on its monitor within 10 s: terminating QEMU", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-cpu help", "exited with status 0 before it made the machine")]
    [InlineData("-no-reboot", "the guest rebooted instead of powering off")]
    public async Task A_qemu_that_ends_with_success_without_a_guest_that_powers_off_is_a_failure(string extra, string sentence)
    {
        using var run = VmspawnRun.StartWith(
            new Dictionary<string, string?> { ["SYSTEMD_VMSPAWN_QEMU_EXTRA"] = extra },
            Scratch, QemuKind.Distribution, Boot(BootSector.WriteReset(Scratch), Scratch.Mark));
        var ended = await run.End(GuestBound);
        Assert.Equal(1, ended.Status);
        Assert.Contains(sentence, ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_keeps_qemus_standard_error_open_does_not_delay_the_end()
    {
        // Only with the machine itself, not with the questions that QEMU is asked before.
        var path = QemuPath.For(QemuKind.Distribution);
        var holder = Scratch.Own("holder");
        var wrapper = Scratch.Text(
            "qemu-system-x86_64",
            $"#!/bin/sh\ncase \"$*\" in *-add-fd*) sleep 100 & echo $! >{holder};; esac\nPATH={path} exec qemu-system-x86_64 \"$@\"\n");
        File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var run = VmspawnRun.StartWith(
            new Dictionary<string, string?> { ["PATH"] = $"{Path.GetDirectoryName(wrapper)}:{path}" },
            Scratch, QemuKind.Distribution, Boot(BootSector.Write(Scratch), Scratch.Mark));
        var ended = await run.End(TimeSpan.FromSeconds(60));
        Assert.True(ended.Status == 0, ended.ToString());
        Processes.Signal(int.Parse(File.ReadAllText(holder), CultureInfo.InvariantCulture), "KILL");
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Qemu_is_killed_when_vmspawn_is_killed(QemuKind qemu)
    {
        using var run = VmspawnRun.Start(Scratch, qemu, Guest("ignore-acpi"));
        await run.Output.WaitFor("vmtest: ignoring", GuestBound);
        var machine = run.Qemu;
        run.Signal("KILL");
        await run.EndWith(137, Soon);
        await Processes.Gone(machine, Soon);
        // The runtime directory could not be removed: the next machine of the name takes it over.
        var next = await Run(qemu, Guest("poweroff"));
        Assert.True(next.Status == 0, next.ToString());
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task The_death_of_qemu_is_a_failure_of_the_run(QemuKind qemu)
    {
        using var run = VmspawnRun.Start(Scratch, qemu, Guest("ignore-acpi"));
        await run.Output.WaitFor("vmtest: ignoring", GuestBound);
        Processes.Signal(run.Qemu, "KILL");
        var ended = await run.End(Soon);
        Assert.Equal(1, ended.Status);
        Assert.Contains("QEMU", ended.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task The_error_of_qemu_is_the_only_message_although_the_TPM_waits_for_qemu(QemuKind qemu)
    {
        using var run = VmspawnRun.StartWith(
            new Dictionary<string, string?> { ["SYSTEMD_VMSPAWN_QEMU_EXTRA"] = "-chardev socket,id=nobody,path=/no-such-place" },
            Scratch,
            qemu,
            Guest("poweroff", "--tpm=yes", $"--tpm-state={Scratch.Own("tpm")}"));
        var ended = await run.End(GuestBound);
        Assert.Equal(1, ended.Status);
        // A QEMU that fails here has not spoken with the TPM yet, which would wait for ever.
        Assert.Matches("booting\nvmspawn: QEMU: exited with status 1:\n[^\n]*no-such-place[^\n]*\n$", ended.Error);
    }

    [Fact]
    public async Task A_second_machine_of_the_name_is_refused_and_the_first_runs_on()
    {
        using var first = VmspawnRun.Start(Scratch, QemuKind.Distribution, Guest("wait-acpi,poweroff"));
        await first.Output.WaitFor("vmtest: waiting", GuestBound);
        var second = await Run(QemuKind.Distribution, Guest("poweroff"));
        Assert.Equal(1, second.Status);
        Assert.Contains(Scratch.Mark, second.Error, StringComparison.Ordinal);
        Assert.Equal("", second.Output);
        first.Signal("TERM");
        Assert.Equal(0, (await first.End(GuestBound)).Status);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task An_image_that_another_machine_uses_is_refused_by_its_name(QemuKind qemu)
    {
        var image = Scratch.Raw("disk");
        using var first = VmspawnRun.Start(Scratch, qemu, Guest("wait-acpi,poweroff", $"--image={image}"));
        await first.Output.WaitFor("vmtest: waiting", GuestBound);
        var second = await Run(qemu, Guest("poweroff", $"--machine={Scratch.Mark}b", $"--image={image}"));
        Assert.Equal(1, second.Status);
        Assert.Contains(image, second.Error, StringComparison.Ordinal);
        first.Signal("TERM");
        Assert.Equal(0, (await first.End(GuestBound)).Status);
    }

    [Fact]
    public async Task The_longest_machine_name_fits_every_socket()
    {
        var name = Scratch.Mark + new string('x', 64 - Scratch.Mark.Length);
        var ended = await Run(QemuKind.Distribution, Guest("poweroff", $"--machine={name}"));
        Assert.True(ended.Status == 0, ended.ToString());
    }

    /// <summary>Boots an image that is not Linux, so nothing but the machine itself is needed.</summary>
    private static string[] Boot(string image, string machine, params string[] more) =>
    [
        "--user", $"--machine={machine}", "--kvm=no", "--firmware=bios", "--console=headless", "--tpm=no", "--register=no", $"--image={image}", .. more,
    ];

    private static bool HasEnded(VmspawnRun run) => !Directory.Exists($"/proc/{run.ProcessId}");
}
