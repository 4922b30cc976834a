using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests.Control;

/// <summary>Commands, copies and waits from the command line, on a guest of busybox.</summary>
public sealed class ExecTests : VmTest
{
    private const QemuKind Qemu = QemuKind.Distribution;

    [Fact]
    public async Task Commands_copies_and_waits_of_other_processes_reach_the_guest()
    {
        using var run = VmspawnRun.Start(Scratch, Qemu, Guest("commands,shell"));
        await run.Output.WaitFor("# ", GuestBound);

        // Waits for the guest, if need be; options end at the command.
        Assert.Equal(new Ended(0, "a  b\n", ""), await Client(Qemu, "exec", Scratch.Mark, "-q", "echo", "a  b"));
        Assert.Equal(new Ended(3, "X /proc\n", "oh\n"), await Client(Qemu, "exec", Scratch.Mark, "-q", "-e", "V=X", "-w", "/proc", "--", "sh", "-c", "echo $V $PWD; echo oh >&2; exit 3"));
        Assert.Equal(127, (await Client(Qemu, "exec", Scratch.Mark, "no-such-program")).Status);
        Assert.Equal(255, (await Client(Qemu, "exec", "no-such-vm", "true")).Status);

        // A reader that leaves ends the command, as it ends one of the host.
        using (var reader = VmspawnRun.StartProgram(
            "/bin/sh", new Dictionary<string, string?>(), Scratch, Qemu, ["-c", "\"$@\" | head -n 1", "sh", Prepared.Binary, "exec", Scratch.Mark, "yes"]))
            Assert.Equal(new Ended(0, "y\n", ""), await reader.End(ShortBound));

        var bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);
        var tree = Directory.CreateDirectory(Scratch.Own("tree")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(tree, "a file"), bytes, TestContext.Current.CancellationToken);
        File.SetUnixFileMode(Path.Combine(tree, "a file"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(Path.Combine(tree, "link"), "/etc/passwd");
        await Good(Qemu, "cp", "-r", tree, $"{Scratch.Mark}:/copy");
        await Good(Qemu, "cp", "-r", $"{Scratch.Mark}:/copy", Scratch.Own("back"));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(Scratch.Own("back"), "a file"), TestContext.Current.CancellationToken));
        Assert.Equal(File.GetUnixFileMode(Path.Combine(tree, "a file")), File.GetUnixFileMode(Path.Combine(Scratch.Own("back"), "a file")));
        Assert.Equal("/etc/passwd", new FileInfo(Path.Combine(Scratch.Own("back"), "link")).LinkTarget);
        await Good(Qemu, "cp", $"{Scratch.Mark}:/copy/a file", Scratch.Own("one"));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Scratch.Own("one"), TestContext.Current.CancellationToken));
        var missing = await Client(Qemu, "cp", $"{Scratch.Mark}:/nowhere", Scratch.Own("none"));
        Assert.Equal(1, missing.Status);
        Assert.Contains($"{Scratch.Mark}:/nowhere: ", missing.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Scratch.Own("none")));
        Assert.Contains("-r copies directories", (await Client(Qemu, "cp", tree, $"{Scratch.Mark}:/")).Error, StringComparison.Ordinal);

        await Good(Qemu, "wait", Scratch.Mark);
        var late = await Client(Qemu, "wait", Scratch.Mark, "--for=port:80", "--timeout=1");
        Assert.Equal(new Ended(1, "", $"vmspawn: {Scratch.Mark}: TCP port 80 of the guest did not happen within 1 s\n"), late);

        using var exit = VmspawnRun.Start(Scratch, Qemu, "wait", Scratch.Mark, "--for=exit");
        // A command that the machine's end interrupts, and its client's.
        using var sleep = VmspawnRun.Start(Scratch, Qemu, "exec", Scratch.Mark, "--", "sh", "-c", "echo $$ >/pid; exec sleep 1000");
        await Good(Qemu, "exec", Scratch.Mark, "--", "sh", "-c", "until [ -s /pid ]; do sleep 0.1; done");
        sleep.Signal("TERM");
        Assert.Equal(128 + 15, (await sleep.End(ShortBound)).Status);
        // It takes its own command along.
        Assert.Equal(255, (await Client(Qemu, "exec", Scratch.Mark, "poweroff", "-f")).Status);
        Assert.Equal(0, (await exit.End(GuestBound)).Status);
        await run.EndWith(0, GuestBound);
    }

    [Fact]
    public async Task A_machine_without_channels_says_so()
    {
        using var run = VmspawnRun.Start(Scratch, Qemu, Guest("commands,wait-acpi,poweroff", "--guest-channel=no"));
        await run.Output.WaitFor("vmtest: waiting", GuestBound);
        var refused = await Client(Qemu, "exec", Scratch.Mark, "true");
        Assert.Equal(255, refused.Status);
        Assert.Contains("--guest-channel=no", refused.Error, StringComparison.Ordinal);
        await Good(Qemu, "terminate", Scratch.Mark);
        await run.EndWith(0, ShortBound);
    }
}
