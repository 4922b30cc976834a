using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>What the program may inherit: closed descriptors, blocked signals, limits.</summary>
public sealed class ProcessStartTests : VmTest
{
    [Fact]
    public async Task Closed_standard_descriptors_are_dev_null()
    {
        var image = BootSector.Write(Scratch);
        var ended = await Shell("exec <&- >&- 2>&-; exec \"$0\" \"$@\"", [.. Machine(image)]);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Equal(2, (await Shell("exec >&- 2>&-; exec \"$0\" \"$@\"", "--no-such-option")).Status);
    }

    [Theory, InlineData("TERM"), InlineData("QUIT")]
    public async Task A_signal_that_the_parent_has_blocked_is_received(string signal)
    {
        // env(1) of coreutils blocks it before it becomes the program.
        using var run = VmspawnRun.StartProgram(
            "/usr/bin/env", new Dictionary<string, string?>(), Scratch, QemuKind.Distribution,
            [$"--block-signal={signal}", Prepared.Binary, .. Machine(Halting())]);
        await run.Error.WaitFor("booting", GuestBound);
        run.Signal(signal);
        await run.Error.WaitFor("asking the guest to power off", ShortBound);
        // Signals that come within half a second are one.
        await Task.Delay(TimeSpan.FromSeconds(1));
        run.Signal(signal);
        Assert.Equal(1, (await run.End(ShortBound)).Status);
    }

    [Fact]
    public async Task A_limit_of_file_size_is_an_error_and_not_a_death()
    {
        var ended = await Shell($"ulimit -f 0; exec \"$0\" \"$@\" >{Scratch.Own("help")}", "--help");
        Assert.Equal(1, ended.Status);
        Assert.Equal("vmspawn: standard output: it cannot be written: file too large\n", ended.Error);
    }

    [Theory]
    [InlineData("doctor"), InlineData("run")]
    public async Task Without_proc_the_missing_mount_is_named(string verb)
    {
        string[] arguments = verb == "run" ? ["run", .. Machine(BootSector.Write(Scratch))] : [verb];
        using var run = VmspawnRun.StartProgram(
            "/usr/bin/unshare", new Dictionary<string, string?>(), Scratch, QemuKind.Distribution,
            ["--mount", "/bin/sh", "-c", "mount -t tmpfs none /proc && exec \"$0\" \"$@\"", Prepared.Binary, .. arguments]);
        var ended = await run.End(GuestBound);
        Assert.Equal(1, ended.Status);
        Assert.Contains("/proc is not mounted", ended.Output + ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
    }

    // .NET's random numbers would load it, and abort where it is missing.
    [Fact]
    public async Task Without_openssl_a_machine_runs()
    {
        string[] machine = ["run", "--user", "--kvm=no", "--register=no", "--console=headless", "--vsock=no", "--tpm=no", "--firmware=none",
            "--pass-ssh-key=yes", "--network-user-mode", $"--machine={Scratch.Mark}", "-x", $"--directory={Scratch.Tree("tree")}", $"--linux={BootSector.WriteKernel(Scratch)}"];
        using var run = VmspawnRun.StartProgram(
            "/usr/bin/unshare", new Dictionary<string, string?>(), Scratch, QemuKind.Distribution,
            ["--mount", "/bin/sh", "-c", "for library in /usr/lib/*/libssl.so.*; do mount --bind /dev/null $library || exit 9; done; exec \"$0\" \"$@\"", Prepared.Binary, .. machine]);
        var ended = await run.End(GuestBound);
        Assert.True(ended.Status == 0, ended.ToString());
    }

    private static string[] Options =>
        ["--user", "--kvm=no", "--register=no", "--console=headless", "--vsock=no", "--tpm=no", "--pass-ssh-key=no", "--firmware=bios"];

    private IEnumerable<string> Machine(string image) => [.. Options, $"--machine={Scratch.Mark}", $"--image={image}"];

    // cli; hlt: waits for ever, and no button reaches it.
    private string Halting()
    {
        var path = BootSector.Write(Scratch, "halt.raw");
        using var file = File.OpenWrite(path);
        file.Write([0xfa, 0xf4, 0xeb, 0xfd]);
        return path;
    }

    private async Task<Ended> Shell(string script, params string[] arguments)
    {
        using var run = VmspawnRun.StartProgram(
            "/bin/bash", new Dictionary<string, string?>(), Scratch, QemuKind.Distribution, ["-c", script, Prepared.Binary, .. arguments]);
        return await run.End(GuestBound);
    }
}
