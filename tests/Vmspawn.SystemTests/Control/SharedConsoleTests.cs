using Vmspawn.Linux;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests.Control;

/// <summary><c>vmspawn console</c>: the console of a machine that another vmspawn runs.</summary>
public sealed class SharedConsoleTests : VmTest
{
    private const string Leave = "\x1d\x1d\x1d";

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_terminal_is_attached_typed_on_and_left_while_the_machine_runs_on(QemuKind qemu)
    {
        using var run = VmspawnRun.Start(Scratch, qemu, Guest("echo,poweroff"));
        await run.Output.WaitFor("vmtest: echoing", GuestBound);
        using (var first = Attach(qemu))
        {
            // The guest wrote it before.
            await first.Screen.WaitFor("vmtest: echoing", ShortBound);
            Assert.False(first.ModeIsAsBefore, "the guest edits its lines: our terminal has to be raw");
            first.Type(Leave);
            Assert.Equal(0, (await first.End(ShortBound)).ExitCode);
            Assert.True(first.ModeIsAsBefore, first.Mode);
            await first.Screen.WaitFor("left its console; the machine runs on", ShortBound);
        }

        using var second = Attach(qemu);
        using var watcher = VmspawnRun.Start(Scratch, qemu, "console", Scratch.Mark, "-q");
        await second.Screen.WaitFor("vmtest: echoing", ShortBound);
        await watcher.Output.WaitFor("vmtest: echoing", ShortBound);
        second.Type("end\n");
        await run.EndWith(0, GuestBound);
        Assert.Equal(0, (await second.End(ShortBound)).ExitCode);
        var watched = await watcher.End(ShortBound);
        Assert.True(watched is { Status: 0, Error: "" }, watched.ToString());
        await second.Screen.WaitFor("vmtest: echo ends", ShortBound);
        foreach (var text in (string[])[run.Output.Text, watched.Output])
            Assert.Contains("vmtest: echo ends", text, StringComparison.Ordinal);
    }

    private TerminalRun Attach(QemuKind qemu) => TerminalRun.Start(Scratch, qemu, new WindowSize(30, 100), "console", Scratch.Mark);
}
