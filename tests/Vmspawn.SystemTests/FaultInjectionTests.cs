using System.Text.RegularExpressions;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>System calls that fail, each at several positions, by the error injection of strace(1): whatever fails, there is a documented
/// status and a sentence, nothing is left behind, and the next start works.</summary>
public sealed partial class FaultInjectionTests : VmTest
{
    private const string Strace = "/usr/bin/strace";

    [Theory]
    [InlineData("memfd_create", "EMFILE", 1)]
    [InlineData("pipe2", "EMFILE", 1, 2)]
    [InlineData("epoll_create1", "EMFILE", 1)]
    [InlineData("epoll_ctl", "ENOMEM", 1, 2, 3)]
    // Without the fourth thread the runtime itself gives up ("Failed to create the thread pool Gate thread").
    [InlineData("clone3", "EAGAIN", 1, 2, 3)]
    [InlineData("socketpair", "EMFILE", 1, 2)]
    [InlineData("mkdir", "ENOSPC", 1, 2)]
    [InlineData("fcntl", "EMFILE", 2, 5, 9)]
    [InlineData("openat", "EMFILE", 5, 12, 20, 60)]
    [InlineData("openat", "EIO", 8, 16)]
    [InlineData("write", "ENOSPC", 1, 2, 3)]
    [InlineData("accept4", "EMFILE", 1)]
    [InlineData("readlink", "EIO", 1, 2)]
    [InlineData("statx", "EIO", 1, 3)]
    [InlineData("flock", "EIO", 1)]
    [InlineData("poll", "ENOMEM", 1)]
    public async Task A_run_in_which_a_call_fails_ends_in_order(string call, string error, params int[] positions)
    {
        var image = BootSector.Write(Scratch);
        string[] run =
        [
            "run", "-q", "--user", "--kvm=no", "--register=no", "--console=headless", "--vsock=no", "--tpm=no", "--pass-ssh-key=no",
            "--firmware=bios", $"--machine={Scratch.Mark}", $"--image={image}",
        ];
        foreach (var position in positions)
            await Inject(call, error, position, run);
        var next = await Run(QemuKind.Distribution, run);
        Assert.True(next.Status == 0, next.ToString());
    }

    [Theory]
    [InlineData("plan"), InlineData("list"), InlineData("status"), InlineData("doctor")]
    public async Task A_question_in_which_a_call_fails_ends_in_order(string verb)
    {
        string[] command = verb switch
        {
            "plan" => ["plan", "--user", "--kvm=no", "--firmware=bios", $"--image={BootSector.Write(Scratch)}"],
            "status" => ["status", "--user", "none"],
            _ => [verb],
        };
        foreach (var (call, error, position) in ((string, string, int)[])
            [("openat", "EMFILE", 10), ("openat", "EIO", 20), ("pipe2", "EMFILE", 1), ("epoll_create1", "EMFILE", 1), ("clone3", "EAGAIN", 1), ("clone3", "EAGAIN", 2), ("readlink", "EIO", 1)])
            await Inject(call, error, position, command);
    }

    [Theory]
    [InlineData(6), InlineData(8), InlineData(10), InlineData(12), InlineData(16)]
    public async Task A_limit_of_open_files_is_told_in_a_sentence(int files)
    {
        var image = BootSector.Write(Scratch);
        var script = $"ulimit -Sn {files} && ulimit -Hn {files} && exec \"$0\" \"$@\"";
        using var run = VmspawnRun.StartProgram(
            "/bin/bash", new Dictionary<string, string?>(), Scratch, QemuKind.Distribution,
            "-c", script, Prepared.Binary, "run", "-q", "--user", "--kvm=no", "--register=no", "--console=headless", "--vsock=no", "--tpm=no",
            "--pass-ssh-key=no", "--firmware=bios", $"--machine={Scratch.Mark}", $"--image={image}");
        var ended = await run.End(ShortBound);
        Assert.Equal(1, ended.Status);
        Assert.Matches(SentenceOfOurs(), ended.Error);
        Assert.DoesNotMatch(TraceOrAbort(), ended.Error);
    }

    private async Task Inject(string call, string error, int position, string[] command)
    {
        Assert.True(File.Exists(Strace), "strace is missing: test.sh installs it");
        using var run = VmspawnRun.StartProgram(
            Strace, new Dictionary<string, string?>(), Scratch, QemuKind.Distribution,
            ["-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:error={error}:when={position}", Prepared.Binary, .. command]);
        var ended = await run.End(TimeSpan.FromSeconds(60));
        var what = $"{call} {error} at {position} of {command[0]}: {ended}";
        Assert.True(ended.Status is 0 or 1 or 2, what);
        Assert.False(TraceOrAbort().IsMatch(ended.Error), what);
        Assert.True(ended.Status == 0 || command[0] == "doctor" || SentenceOfOurs().IsMatch(ended.Error), what);
        Assert.True(!Scratch.Strangers().Any(), $"{what}\nleft: {string.Join(' ', Scratch.Strangers())}");
    }

    [GeneratedRegex("^   at |Unhandled exception|terminated by signal|TypeInitialization", RegexOptions.Multiline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TraceOrAbort();

    [GeneratedRegex("^vmspawn: .+", RegexOptions.Multiline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SentenceOfOurs();
}
