using System.Diagnostics;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>The screen of <c>--console=gui</c>.</summary>
public sealed class GraphicsTests : VmTest
{
    private string[] Graphical(params string[] more) =>
    [
        "--user", $"--machine={Scratch.Mark}", "--kvm=no", "--firmware=bios", "--tpm=no", "--console=gui",
        $"--image={BootSector.WriteKeyWait(Scratch)}", .. more,
    ];

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Without_a_desktop_the_screen_and_the_keyboard_are_there_by_VNC(QemuKind qemu)
    {
        using var run = VmspawnRun.Start(Scratch, qemu, Graphical());
        var socket = Path.Combine(Scratch.RuntimeOf(Scratch.Mark), "vnc");
        await run.Error.WaitFor($"neither $DISPLAY nor $WAYLAND_DISPLAY is set: vncviewer {socket}", ShortBound);
        await run.Error.WaitFor("booting", ShortBound);
        using (var vnc = await Connected(run, socket))
        {
            await Until(run, async () => (await vnc.Picture()).Distinct().Skip(1).Any(), "the firmware's text on the screen");
            Assert.True(vnc is { Width: >= 640, Height: >= 400 }, $"{vnc.Width}x{vnc.Height}");
            for (var end = run.EndWith(0, GuestBound); !end.IsCompleted; await Task.WhenAny(end, Task.Delay(TimeSpan.FromSeconds(1))))
                await Pressed(vnc);
        }

        Assert.Equal(0, (await run.EndWith(0, GuestBound)).Status);
    }

    [Fact]
    public async Task On_a_desktop_the_screen_is_a_window()
    {
        var display = await DisplayServer.Start();
        await using var _ = display;
        using var run = VmspawnRun.StartWith(new Dictionary<string, string?> { ["DISPLAY"] = display.Name }, Scratch, QemuKind.Distribution, Graphical());
        await Until(run, async () => (await display.Windows()).Contains($"QEMU ({Scratch.Mark})", StringComparison.Ordinal), "QEMU's window");
        Assert.DoesNotContain("vncviewer", run.Error.Text, StringComparison.Ordinal);
        run.Signal("TERM");
        // Signals that come within half a second are one.
        await Task.Delay(TimeSpan.FromSeconds(1));
        run.Signal("TERM");
        await run.EndWith(1, ShortBound);
    }

    [Fact]
    public async Task A_desktop_that_does_not_answer_ends_the_start_with_what_QEMU_says()
    {
        using var run = VmspawnRun.StartWith(new Dictionary<string, string?> { ["DISPLAY"] = ":9797" }, Scratch, QemuKind.Distribution, Graphical());
        var ended = await run.EndWith(1, ShortBound);
        Assert.Contains("gtk initialization failed", ended.Error, StringComparison.Ordinal);
    }

    private static async Task<VncClient> Connected(VmspawnRun run, string socket)
    {
        VncClient? client = null;
        await Until(run, async () => File.Exists(socket) && (client = await VncClient.Connect(socket)) is not null, $"{socket}");
        return client!;
    }

    private static async Task Pressed(VncClient vnc)
    {
        try
        {
            await vnc.Press('a');
        }
        catch (IOException)
        {
            // The guest has powered off.
        }
    }

    private static async Task Until(VmspawnRun run, Func<Task<bool>> holds, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(clock.Elapsed < GuestBound && !run.HasEnded, $"{what} did not appear: {run.Error.Text}");
            await Task.Delay(TimeSpan.FromSeconds(0.2));
        }
    }
}
