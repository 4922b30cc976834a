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

    [Theory]
    [InlineData("umask 000")]
    [InlineData("umask 777")]
    [InlineData("mkdir $TMPDIR/gone && cd $TMPDIR/gone && rmdir $TMPDIR/gone")]
    [InlineData("unset HOME USER LOGNAME LANG TMPDIR XDG_CACHE_HOME")]
    [InlineData("export HOME= TMPDIR= XDG_CACHE_HOME=")]
    [InlineData("export HOME=/nowhere TMPDIR=/nowhere XDG_CACHE_HOME=/nowhere/cache")]
    [InlineData("export LANG=xx_YY LC_ALL=zz.EUC-JP LANGUAGE=? TERM= COLUMNS=-1 LINES=x TZ=Mars/Olympus")]
    [InlineData("export TERM=no-such-terminal NO_COLOR= SYSTEMD_COLORS=perhaps")]
    [InlineData("ulimit -l 0")]
    [InlineData("ulimit -c 0; ulimit -s 1024; ulimit -n 64")]
    [InlineData("mount --bind /dev/null /etc/passwd && mount --bind /dev/null /etc/group && mount --bind /dev/null /etc/nsswitch.conf")]
    [InlineData("trap '' CHLD PIPE HUP")]
    public async Task An_odd_environment_does_not_keep_a_machine_from_running_and_its_files_are_the_users_alone(string odd)
    {
        string[] machine = ["--user", "--kvm=no", "--register=no", "--console=headless", "--vsock=no", "--network-user-mode", "--firmware=bios", $"--machine={Scratch.Mark}"];
        var tpm = Scratch.Own("idle.raw.tpmstate");
        using var run = VmspawnRun.StartProgram(
            "/usr/bin/unshare", new Dictionary<string, string?>(), Scratch, QemuKind.Distribution,
            ["--mount", "/bin/bash", "-c", $"{odd} || exit 9; exec \"$0\" \"$@\"", Prepared.Binary, .. machine, $"--image={BootSector.WriteIdle(Scratch)}"]);
        await run.Error.WaitFor("booting", GuestBound);
        // swtpm's own files in that directory are readable by all.
        var made = Directory.EnumerateFileSystemEntries(Path.Combine(Scratch.Runtime, "systemd", "vmspawn"), "*", SearchOption.AllDirectories);
        Assert.All(made.Append(tpm), path => Assert.Equal((path, default), (path, File.GetUnixFileMode(path) & OfOthers)));
        using var end = VmspawnRun.Start(Scratch, QemuKind.Distribution, "terminate", Scratch.Mark);
        Assert.Equal(0, (await end.End(ShortBound)).Status);
        var ended = await run.End(ShortBound);
        Assert.True(ended.Status == 0, ended.ToString());
    }

    private const UnixFileMode OfOthers = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

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
