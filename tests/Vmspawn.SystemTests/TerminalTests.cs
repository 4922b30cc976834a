using Vmspawn.Linux;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>The interactive console on a real terminal.</summary>
public sealed class TerminalTests : VmTest
{
    private const string Kill = "\x1d\x1d\x1d";

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task What_is_typed_reaches_the_guest_as_bytes_and_the_mode_is_restored(QemuKind qemu)
    {
        using var run = Interactive(qemu, "cat,poweroff");
        await run.Screen.WaitFor("vmtest: reading bytes", GuestBound);
        Assert.False(run.ModeIsAsBefore, "the guest edits its lines: our terminal has to be raw");
        // Ctrl-C, Ctrl-Z, Ctrl-\, Ctrl-D, Ctrl-] once, and an umlaut.
        run.Type("a\x03\x1a\x1c\x04\x1d\u00e4z");
        await run.Screen.WaitFor("vmtest: reading ends", GuestBound);
        var ended = await run.End(GuestBound);
        Assert.Equal(0, ended.ExitCode);
        foreach (var code in (string[])["61", "03", "1a", "1c", "04", "1d", "c3", "a4"])
            Assert.Contains($"vmtest: byte {code}", run.Screen.Text, StringComparison.Ordinal);
        Assert.True(run.ModeIsAsBefore, run.Mode);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Three_escapes_within_a_second_kill_the_machine_and_the_mode_is_restored(QemuKind qemu)
    {
        using var run = Interactive(qemu, "ignore-acpi");
        await run.Screen.WaitFor("vmtest: ignoring", GuestBound);
        run.Type(Kill);
        Assert.Equal(1, (await run.End(TimeSpan.FromSeconds(15))).ExitCode);
        Assert.True(run.ModeIsAsBefore, run.Mode);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Three_escapes_that_take_their_time_kill_nothing(QemuKind qemu)
    {
        using var run = Interactive(qemu, "cat,poweroff");
        await run.Screen.WaitFor("vmtest: reading bytes", GuestBound);
        for (var press = 0; press < 3; press++)
        {
            run.Type("\x1d");
            await Task.Delay(TimeSpan.FromSeconds(1.2));
        }
        run.Type("z");
        await run.Screen.WaitFor("vmtest: reading ends", GuestBound);
        Assert.Equal(0, (await run.End(GuestBound)).ExitCode);
    }

    [Theory]
    [InlineData(QemuKind.Distribution, Signal.SIGTERM), InlineData(QemuKind.Sid, Signal.SIGTERM)]
    [InlineData(QemuKind.Distribution, Signal.SIGINT), InlineData(QemuKind.Distribution, Signal.SIGHUP)]
    public async Task The_mode_is_restored_when_signals_end_vmspawn(QemuKind qemu, Signal signal)
    {
        using var run = Interactive(qemu, "ignore-acpi");
        await run.Screen.WaitFor("vmtest: ignoring", GuestBound);
        run.Signal(signal);
        await run.Screen.WaitFor("asking the guest to power off", TimeSpan.FromSeconds(15));
        // Signals that come within half a second are one.
        await Task.Delay(TimeSpan.FromSeconds(1));
        run.Signal(signal);
        Assert.Equal(1, (await run.End(TimeSpan.FromSeconds(15))).ExitCode);
        Assert.True(run.ModeIsAsBefore, run.Mode);
    }

    [Theory, InlineData("terminate"), InlineData("KILL"), InlineData("native")]
    public async Task The_terminals_modes_are_given_back_however_the_machine_ends(string end)
    {
        // Alternate screen, mouse reports, no cursor, line-drawing letters, a scroll region, no line wrap, and a string without an end.
        const string Changes = "\e[?1049h\e[?1000h\e[?25l\e(0\e[3;5r\e[?7l\eP+q544eMARK";
        using var run = TerminalRun.Start(
            Scratch, QemuKind.Distribution, new WindowSize(24, 80),
            "--user", $"--machine={Scratch.Mark}", "--kvm=no", "--firmware=bios", "--tpm=no", "--vsock=no", "--register=no", "--pass-ssh-key=no",
            $"--console={(end == "native" ? "native" : "interactive")}", "--console-transport=serial",
            $"--image={BootSector.WriteSerial(Scratch, Changes)}");
        await run.Screen.WaitFor("MARK", GuestBound);
        var qemu = Assert.Single(Processes.Children(run.ProcessId));
        if (end == "terminate")
        {
            run.Signal(Signal.SIGTERM);
            await run.Screen.WaitFor("asking the guest to power off", ShortBound);
            // Signals that come within half a second are one.
            await Task.Delay(TimeSpan.FromSeconds(1));
            run.Signal(Signal.SIGTERM);
        }
        else
        {
            Processes.Signal(qemu, "KILL");
        }

        await run.End(TimeSpan.FromSeconds(30));
        // What it wrote last may still be on its way through the terminal.
        await run.Screen.WaitFor("\e(B", ShortBound);
        var after = run.Screen.Text[run.Screen.Text.IndexOf("MARK", StringComparison.Ordinal)..];
        foreach (var undone in (string[])["\e\\", "\e[!p", "\e[?1000l", end == "native" ? "\e[?1047l" : "\e[?1049l", "\e[?25h", "\e[?7h", "\e(B"])
            Assert.Contains(undone, after, StringComparison.Ordinal);
        Assert.True(run.ModeIsAsBefore, run.Mode);
    }

    [Fact]
    public async Task A_shells_jobs_can_be_stopped_continued_and_brought_back_and_only_the_one_in_front_has_the_terminal()
    {
        using var shell = TerminalRun.StartProgram(Scratch, QemuKind.Distribution, new WindowSize(24, 200), "/bin/bash", "--norc", "--noprofile", "-i");
        string[] words =
        [
            Prepared.Binary, "--user", $"--machine={Scratch.Mark}", "--kvm=no", "--firmware=bios", "--tpm=no", "--vsock=no", "--register=no", "--pass-ssh-key=no",
            "--console-transport=serial", $"--image={BootSector.WriteSerial(Scratch, "MARK")}",
        ];
        shell.Type($"{string.Join(' ', words)}\n");
        await shell.Screen.WaitFor("MARK", GuestBound);
        var ours = Assert.Single(Processes.Children(shell.ProcessId));
        var raw = shell.Mode;
        Assert.Contains("-icanon", TerminalRun.Stty(shell.Path, "-a"), StringComparison.Ordinal);

        Processes.Signal(ours, "TSTP");
        await shell.Screen.WaitFor("Stopped", ShortBound);
        await Prints(shell, "stopped");
        shell.Type("bg\n");
        await Prints(shell, "behind");
        Assert.DoesNotContain($"{ours} T ", Processes.Describe(ours), StringComparison.Ordinal);
        shell.Type("fg\n");
        await HasMode(shell, raw);

        Processes.Signal(ours, "STOP");
        await shell.Screen.WaitFor("Stopped", ShortBound, times: 2);
        await Prints(shell, "frozen");
        shell.Type("fg\n");
        await HasMode(shell, raw);
        shell.Type(Kill);
        for (var tries = 0; tries < 100 && shell.Mode == raw; tries++)
            await Task.Delay(100);
        shell.Type("echo status $?\n");
        await shell.Screen.WaitFor("status 1", ShortBound);
    }

    /// <summary>The shell's answer differs from the echo of what is typed.</summary>
    private static async Task Prints(TerminalRun shell, string word)
    {
        shell.Type($"echo the-job-is'-{word}'\n");
        await shell.Screen.WaitFor($"the-job-is-{word}", ShortBound);
    }

    private static async Task HasMode(TerminalRun shell, string mode)
    {
        for (var tries = 0; tries < 100 && shell.Mode != mode; tries++)
            await Task.Delay(100);
        Assert.Equal(mode, shell.Mode);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task The_mode_is_restored_when_qemu_dies(QemuKind qemu)
    {
        using var run = Interactive(qemu, "ignore-acpi");
        await run.Screen.WaitFor("vmtest: ignoring", GuestBound);
        Processes.Signal(Assert.Single(Processes.Children(run.ProcessId)), "KILL");
        Assert.Equal(1, (await run.End(TimeSpan.FromSeconds(15))).ExitCode);
        Assert.True(run.ModeIsAsBefore, run.Mode);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task The_size_of_the_terminal_and_its_changes_reach_the_terminal_that_qemu_has(QemuKind qemu)
    {
        // QEMU up to 11.1 tells no guest, so its end of the console is as far as a size gets.
        using var run = Interactive(qemu, "ignore-acpi");
        await run.Screen.WaitFor("vmtest: ignoring", GuestBound);
        var console = Processes.Descriptors(Assert.Single(Processes.Children(run.ProcessId))).Values
            .First(path => path.StartsWith("/dev/pts/", StringComparison.Ordinal) && path != run.Path);
        Assert.Equal("31 97", TerminalRun.Stty(console, "size"));
        run.Size = new WindowSize(41, 133);
        for (var tries = 0; tries < 50 && TerminalRun.Stty(console, "size") != "41 133"; tries++)
            await Task.Delay(100);
        Assert.Equal("41 133", TerminalRun.Stty(console, "size"));
        run.Type(Kill);
        Assert.Equal(1, (await run.End(TimeSpan.FromSeconds(15))).ExitCode);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Native_shares_the_terminal_with_qemus_monitor(QemuKind qemu)
    {
        using var run = Start(qemu, "cat,poweroff", "--console=native");
        await run.Screen.WaitFor("vmtest: reading bytes", GuestBound);
        run.Type("\x01" + "c");
        await run.Screen.WaitFor("(qemu)", GuestBound);
        run.Type("info status\n");
        await run.Screen.WaitFor("VM status: running", GuestBound);
        run.Type("\x01" + "c");
        run.Type("z");
        await run.Screen.WaitFor("vmtest: reading ends", GuestBound);
        Assert.Equal(0, (await run.End(GuestBound)).ExitCode);
        Assert.True(run.ModeIsAsBefore, run.Mode);
    }

    private TerminalRun Interactive(QemuKind qemu, string words) => Start(qemu, words, "--console=interactive");

    private TerminalRun Start(QemuKind qemu, string words, string console) =>
        TerminalRun.Start(Scratch, qemu, new WindowSize(31, 97), Guest(words, console));
}
