using System.Diagnostics;
using System.Globalization;
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

    /// <summary>What each part of a machine adds to the calls of a start, and to its end.</summary>
    [Theory]
    [InlineData("tpm", "mkdir ENOSPC 3, flock EIO 6, rename EIO 1, rename ENOSPC 3, pwrite64 ENOSPC 2, unlink EIO 3, pidfd_open EMFILE 2, pipe2 EMFILE 2, openat EMFILE 38, copy_file_range EIO 1, getdents64 EIO 6")]
    [InlineData("share", "socket EMFILE 1, bind EACCES 1, listen EADDRINUSE 1, connect EAGAIN 1, memfd_create EMFILE 1, socketpair EMFILE 1, fchmod EPERM 1, sendmsg ENOBUFS 1, recvmsg EIO 2, kill EPERM 1")]
    [InlineData("tree", "flock ENOLCK 6, openat EACCES 24, openat EMFILE 30, statx EIO 6, readlink EACCES 7, socketpair EMFILE 2, clone3 EAGAIN 3")]
    [InlineData("throw-away tree", "mkdir ENOSPC 4, mkdir ENOSPC 6, renameat2 EIO 1, openat EMFILE 35, rmdir EIO 4, rmdir EBUSY 9, unlink EIO 2, getdents64 EIO 12, getrandom EAGAIN 1")]
    [InlineData("ephemeral", "pwrite64 EIO 1, ftruncate ENOSPC 1, openat ENOSPC 26, fcntl EMFILE 14, ioctl EIO 1, rmdir EIO 2, unlink EACCES 4")]
    [InlineData("template", "pwrite64 ENOSPC 1, ftruncate ENOSPC 1, flock EIO 5, renameat2 EIO 1, rename EIO 1, unlink EIO 2, lstat EIO 20, fstat EIO 3")]
    [InlineData("published", "socket EMFILE 1, epoll_create1 EMFILE 1, bind EADDRINUSE 1, listen EADDRINUSE 1, getsockname ENOBUFS 1, clone3 EAGAIN 3")]
    public async Task A_call_of_a_part_of_the_machine_that_fails_ends_in_order(string part, string faults)
    {
        string[] run =
        [
            "run", "--user", "--kvm=no", "--register=no", "--console=headless", "--vsock=no", "--pass-ssh-key=no", $"--machine={Scratch.Mark}",
            .. Part(part),
        ];
        foreach (var fault in faults.Split(", "))
        {
            var words = fault.Split(' ');
            await Inject(words[0], words[1], int.Parse(words[2], CultureInfo.InvariantCulture), run);
            // What was not made stays away, so that each run makes it.
            File.Delete(Scratch.Own("child"));
            if (Directory.Exists(Scratch.Own("boot.raw.tpmstate")))
                Directory.Delete(Scratch.Own("boot.raw.tpmstate"), recursive: true);
        }

        var next = await Run(QemuKind.Distribution, run);
        Assert.True(next.Status == 0, next.ToString());
        Assert.Empty(Scratch.Strangers());
    }

    private string[] Part(string part)
    {
        string[] disk = ["--firmware=bios", $"--image={BootSector.Write(Scratch)}"];
        string[] tree = ["--firmware=none", "--tpm=no", $"--linux={BootSector.WriteKernel(Scratch)}", $"--directory={Scratch.Tree("tree")}"];
        return part switch
        {
            "tpm" => [.. disk, "--tpm=yes", $"--tpm-state={Scratch.Own("boot.raw.tpmstate")}"],
            "share" => [.. disk, "--tpm=no", $"--bind={Scratch.Tree("share")}:/x"],
            "tree" => tree,
            "throw-away tree" => [.. tree, "-x"],
            "ephemeral" => [.. disk, "--tpm=no", "-x", "--grow-image=8M"],
            "template" => ["--firmware=bios", "--tpm=no", $"--template={BootSector.Write(Scratch)}", $"--image={Scratch.Own("child")}", $"--extra-drive=persist:{Scratch.Raw("data")}"],
            "published" => [.. disk, "--tpm=no", "--network-user-mode", "--publish=0:22"],
            _ => throw new ArgumentException(part),
        };
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
            [("openat", "EMFILE", 10), ("openat", "EIO", 20), ("pipe2", "EMFILE", 1), ("epoll_create1", "EMFILE", 1), ("clone3", "EAGAIN", 1), ("clone3", "EAGAIN", 2), ("readlink", "EIO", 1), ("write", "ENOSPC", 1), ("write", "ENOSPC", 2)])
            await Inject(call, error, position, command);
    }

    [Theory]
    [InlineData("1", "standard output: it cannot be written: no space left on device")]
    [InlineData("2", null)]
    public async Task A_run_whose_output_goes_to_a_full_disk_fails_although_the_guest_does_not(string stream, string? sentence)
    {
        var image = BootSector.WriteSerial(Scratch, "BOOT-MARK");
        using var run = VmspawnRun.StartProgram(
            "/bin/sh", new Dictionary<string, string?>(), Scratch, QemuKind.Distribution,
            "-c", $"exec \"$0\" \"$@\" {stream}>/dev/full", Prepared.Binary, "run", "--user", "--kvm=no", "--register=no", "--console=read-only", "--console-transport=serial", "--vsock=no", "--tpm=no",
            "--pass-ssh-key=no", "--firmware=bios", $"--machine={Scratch.Mark}", $"--image={image}");
        await run.QemuStarted(ShortBound);
        if (sentence is not null)
            await run.Error.WaitFor(sentence, GuestBound);
        else
            await run.Output.WaitFor("BOOT-MARK", GuestBound);
        using (var client = VmspawnRun.Start(Scratch, QemuKind.Distribution, "terminate", Scratch.Mark))
            await client.EndWith(0, ShortBound);
        Assert.Equal(1, (await run.End(ShortBound)).Status);
    }

    [Theory]
    [InlineData(6), InlineData(8), InlineData(10), InlineData(12), InlineData(16)]
    public async Task A_limit_of_open_files_is_reported_in_a_sentence(int files)
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

    /// <summary>A lack of descriptors says nothing about a name or a directory: no other machine is named, and no other directory is taken.</summary>
    [Theory]
    [InlineData("EMFILE", "lock", "Too many open files (EMFILE)")]
    [InlineData("ENFILE", "lock", "Too many open files in system (ENFILE)")]
    [InlineData("EMFILE", "directory", "it cannot be looked at: ")]
    [InlineData("ENFILE", "directory", "it cannot be looked at: ")]
    public async Task A_lack_of_descriptors_at_the_name_or_the_runtime_directory_is_a_failure_of_its_own(string error, string what, string sentence)
    {
        var image = BootSector.Write(Scratch);
        var place = Directory.CreateDirectory(Path.GetDirectoryName(Scratch.RuntimeOf(Scratch.Mark))!).FullName;
        string[] run =
        [
            "run", "-q", "--user", "--kvm=no", "--register=no", "--console=headless", "--vsock=no", "--tpm=no", "--pass-ssh-key=no",
            "--firmware=bios", $"--machine={Scratch.Mark}", $"--image={image}",
        ];
        var ended = await Inject("openat", error, 1, run, what == "lock" ? Path.Combine(place, $".{Scratch.Mark}.lock") : place);
        Assert.Equal(1, ended.Status);
        Assert.Contains(sentence, ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("is running already", ended.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Scratch.Temporary));
        var next = await Run(QemuKind.Distribution, run);
        Assert.True(next.Status == 0, next.ToString());
    }

    [Theory]
    [InlineData("openat", "EMFILE"), InlineData("openat", "ENFILE"), InlineData("renameat2", "EIO"), InlineData("flock", "EIO")]
    public async Task A_TPM_whose_new_directory_cannot_be_used_leaves_no_directory(string call, string error)
    {
        var state = Scratch.Own("new.tpmstate");
        string[] run =
        [
            "run", "-q", "--user", "--kvm=no", "--register=no", "--console=headless", "--vsock=no", "--tpm=yes", $"--tpm-state={state}", "--pass-ssh-key=no",
            "--firmware=bios", $"--machine={Scratch.Mark}", $"--image={BootSector.Write(Scratch)}",
        ];
        var ended = await Inject(call, error, 1, run, state);
        Assert.Equal(ended.Status == 0, Directory.Exists(state));
    }

    [Fact]
    public async Task A_thread_that_fails_while_the_machine_runs_ends_it_and_undoes_its_start()
    {
        using var run = VmspawnRun.Start(
            Scratch, QemuKind.Distribution, "--user", "--kvm=no", "--register=no", "--console=headless", "--vsock=no", "--tpm=no", "--pass-ssh-key=no",
            "--firmware=bios", $"--machine={Scratch.Mark}", $"--image={BootSector.WriteIdle(Scratch)}");
        await run.Error.WaitFor("booting", ShortBound);
        await run.QemuStarted(ShortBound);
        // The call is made by one thread, which has no other way to go on.
        using var strace = Process.Start(Strace,
        [
            "-qq", "-o", "/dev/null", "-e", "trace=epoll_wait,epoll_pwait", "-e", "inject=epoll_wait,epoll_pwait:error=EINVAL:when=1", "-p", $"{ThreadOf(run.ProcessId, "epoll")}",
        ]);
        var ended = await run.End(ShortBound);
        await strace.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(ShortBound, TestContext.Current.CancellationToken);
        Assert.Equal(1, ended.Status);
        Assert.Matches("^vmspawn: epoll_p?wait: Invalid argument", ended.Error[ended.Error.IndexOf("vmspawn: epoll", StringComparison.Ordinal)..]);
        Assert.Contains("vmspawn itself has failed, so the VM was ended", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("is killed", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotMatch(TraceOrAbort(), ended.Error);
        Assert.Empty(Scratch.Strangers());
    }

    private static string ThreadOf(int process, string name) => Path.GetFileName(Assert.Single(
        Directory.EnumerateDirectories($"/proc/{process}/task"), thread => File.ReadAllText(Path.Combine(thread, "comm")).Trim() == name));

    /// <param name="call">The system call.</param>
    /// <param name="error">Its error.</param>
    /// <param name="position">Which of a thread's calls fails.</param>
    /// <param name="command">The command line.</param>
    /// <param name="path">Counts only calls about this path, or all when null.</param>
    private async Task<Ended> Inject(string call, string error, int position, string[] command, string? path = null)
    {
        Assert.True(File.Exists(Strace), "strace is missing: test.sh installs it");
        // Only our own calls: the programs that we start are others' work.
        var trace = Scratch.Own("trace");
        using var run = VmspawnRun.StartProgram(
            Strace, new Dictionary<string, string?>(), Scratch, QemuKind.Distribution,
            ["-f", "-qq", "--detach-on=execve", "-o", trace, "-e", $"trace={call}", "-e", $"inject={call}:error={error}:when={position}", .. path is null ? [] : (string[])["-P", path], Prepared.Binary, .. command]);
        var ended = await run.End(TimeSpan.FromSeconds(60));
        var what = $"{call} {error} at {position} of {command[0]}: {ended}";
        Assert.True(ended.Status is 0 or 1 or 2, what);
        Assert.False(TraceOrAbort().IsMatch(ended.Error), what);
        var failed = InjectedWrite().Matches(await File.ReadAllTextAsync(trace, TestContext.Current.CancellationToken)).Select(match => match.Groups["number"].Value).ToList();
        File.Delete(trace);
        // What was not written where it belongs is a failure of the program.
        Assert.True(ended.Status != 0 || failed.Count == 0, what);
        // The calls of each thread are counted, so that of the message may fail too: then the status tells.
        var isUntold = failed.Contains("2");
        Assert.True(ended.Status == 0 || command[0] == "doctor" || isUntold || SentenceOfOurs().IsMatch(ended.Error), what);
        Assert.False(NotForUsers().IsMatch(ended.Error), what);
        await SweptByTheNext(command, what);
        return ended;
    }

    /// <summary>A call that removes something may be the one that fails. That is told, and what stays is in nobody's way: the next start removes it.</summary>
    private async Task SweptByTheNext(string[] command, string what)
    {
        var left = Scratch.Strangers().ToList();
        if (left.Count == 0)
            return;
        what = $"{what}\nleft: {string.Join(' ', left)}";
        Assert.True(left.All(path => path.Contains("/.vmspawn-", StringComparison.Ordinal) || path.EndsWith(".lock", StringComparison.Ordinal)), what);
        var next = await Run(QemuKind.Distribution, command);
        Assert.True(next.Status == 0, $"{what}\nthe next: {next}");
        Assert.True(!Scratch.Strangers().Any(), $"{what}\nstill there: {string.Join(' ', Scratch.Strangers())}");
    }

    [GeneratedRegex(@"write\((?<number>[12]), .*\(INJECTED\)$", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InjectedWrite();

    [GeneratedRegex("^   at |Unhandled exception|terminated by signal|TypeInitialization", RegexOptions.Multiline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TraceOrAbort();

    [GeneratedRegex("an error of vmspawn itself|Exception", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotForUsers();

    [GeneratedRegex("^vmspawn: .+", RegexOptions.Multiline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SentenceOfOurs();
}
