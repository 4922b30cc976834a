using System.Diagnostics;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>What happens before anything is started: a signal ends it, an image is known by what it is, credentials arrive or are refused.</summary>
public sealed class ResolveTests : VmTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130)]
    [InlineData("HUP", 129)]
    [InlineData("QUIT", 131)]
    public async Task A_signal_while_the_host_is_looked_at_ends_it_with_its_status(string signal, int status)
    {
        var qemu = Scratch.Text("qemu-system-x86_64", "#!/bin/sh\nexec sleep 60\n");
        var programs = Path.GetDirectoryName(qemu);
        File.SetUnixFileMode(qemu, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var run = VmspawnRun.StartWith(
            new Dictionary<string, string?> { ["PATH"] = $"{programs}:/usr/bin:/bin" }, Scratch, QemuKind.Distribution, Guest("poweroff"));
        for (var clock = Stopwatch.StartNew(); Processes.Children(run.ProcessId).Length == 0 && clock.Elapsed < Soon;)
            await Task.Delay(20);
        run.Signal(signal);
        var ended = await run.End(Soon);
        Assert.True(ended.Status == status, ended.ToString());
        Assert.Equal($"vmspawn: stopped by SIG{signal} before anything was started", ended.Error.Trim());
    }

    [Fact]
    public async Task Fifty_six_credentials_of_a_thousand_bytes_boot()
    {
        var ended = await Run(QemuKind.Distribution, Guest(
            "poweroff", [.. Enumerable.Range(0, 56).Select(i => $"--set-credential=c{i}:{new string('x', 1000)}")]));
        Assert.True(ended.Status == 0, ended.ToString());
    }
}
