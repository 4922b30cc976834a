using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>The console in scripts and pipes.</summary>
public sealed class ConsoleTests : VmTest
{
    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Read_only_shows_the_guest_on_a_pipe_and_passes_nothing_in(QemuKind qemu)
    {
        using var run = VmspawnRun.Start(Scratch, qemu, Guest("echo,poweroff"));
        await run.Output.WaitFor("vmtest: echoing", GuestBound);
        await run.Input.WriteAsync("end\n"u8.ToArray());
        await run.Input.FlushAsync();
        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.DoesNotContain("vmtest: echo ends", run.Output.Text, StringComparison.Ordinal);
        run.Signal("TERM");
        await run.Error.WaitFor("asking the guest to power off", ShortBound);
        // Signals that come within half a second are one.
        await Task.Delay(TimeSpan.FromSeconds(1));
        run.Signal("TERM");
        await run.EndWith(1, ShortBound);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_large_output_arrives_whole_and_in_order(QemuKind qemu)
    {
        var ended = await Run(qemu, Guest("count=5000,poweroff"));
        var counted = ended.Output.Split('\n').Where(line => line.StartsWith("count ", StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(1, 5000).Select(number => $"count {number}"), counted);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_reader_that_goes_away_does_not_hang_the_machine(QemuKind qemu)
    {
        // head(1) takes the first line and closes the pipe; the guest counts on and powers off.
        using var run = VmspawnRun.StartProgram(
            "/bin/sh", new Dictionary<string, string?>(), Scratch, qemu,
            ["-c", "{ \"$@\"; echo \"vmspawn's status: $?\" >&2; } | head -n 1", "sh", Prepared.Binary, .. Guest("count=5000,poweroff")]);
        var ended = await run.EndWith(0, GuestBound);
        Assert.EndsWith("vmspawn's status: 0\n", ended.Error, StringComparison.Ordinal);
        Assert.Single(ended.Output.TrimEnd('\n').Split('\n'));
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Headless_shows_nothing_and_adds_no_console_argument(QemuKind qemu)
    {
        var image = Scratch.Raw("disk");
        var ended = await Run(qemu, Guest("write=vda:4096:done,poweroff", "--console=headless", $"--image={image}"));
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Equal("", ended.Output);
        Assert.Equal("done\n"u8, File.ReadAllBytes(image).AsSpan(4096, 5));
    }
}
