using Vmspawn.Host;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Plan;
using Vmspawn.Spec;

namespace Vmspawn.Tests.Launch;

/// <summary>Whatever step of a launch fails or is cancelled, nothing is left of the steps before it.</summary>
public sealed class LauncherTests : IDisposable
{
    private readonly LaunchBench _bench = new();

    /// <summary>One of each kind of source that needs no privileges.</summary>
    private IReadOnlyList<DescriptorSource> Sources =>
    [
        new OpenedFile(_bench["image"], ReadOnly: false),
        new AnonymousOverlay(_bench.Root, 1 << 20),
        new MemoryBytes("secret"u8.ToArray()),
        new JoinedFiles(_bench.Root, [new BootFile(_bench["image"]), new BootFile(_bench["template"])]) { Tail = "tail"u8.ToArray() },
        new JoinedFiles(_bench.Root, [new BootFile("/boot/vmlinuz")], _bench["tree"]),
        new FilesInImage(_bench.Root, _bench["image"], null, [[new Extent(0, 100)]]),
        new KeptNvram(_bench["nvram"], _bench["template"]),
        new ForgottenNvram(_bench["template"]),
        new TpmStateDirectory(_bench["kept-tpm"], new TpmMaker("/bin/true", _bench["setup"], "/bin/true")),
        new TpmStateDirectory(_bench["runtime/vm/tpm"], null),
        new MonitorSocket(),
        new ConsoleTerminal(),
        new NotifyPort(),
        new SocketEnd("pair"),
        new ListeningEnd("queue"),
        new SocketEnd("queue"),
        new RuntimeDirectory(),
        new FileInTree(_bench["tree"], "/boot/vmlinuz"),
        new LockedTree(_bench["tree"], IsShared: true),
        new ThrowAwayTree(_bench["overlay-of-vm"], CopyOf: null),
        new ThrowAwayTree(_bench["copy-of-vm"], CopyOf: _bench["tree"]),
    ];

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_launch_that_succeeds_gives_everything_back_at_its_end_and_keeps_what_the_user_keeps()
    {
        var plan = _bench.PlanOf(Sources) with { Growths = [new GrowthPlan(_bench["image"], 8192)] };
        await using (var vm = await _bench.LaunchAsync(plan))
        {
            Assert.True(File.Exists(vm.Directory.PathOf("pid")));
            Assert.Equal($"{_bench["overlay-of-vm"]}\0{_bench["copy-of-vm"]}\0", File.ReadAllText(vm.Directory.PathOf("elsewhere")));
            Assert.Equal([$"the runtime directory is {vm.Directory.Path}", $"started QEMU: {plan.Program}, process {vm.Qemu.Id}"], _bench.Steps);
            Assert.Equal("QEMU", Assert.Single(_bench.Started).Program);
            Assert.True(Directory.Exists(_bench["overlay-of-vm/upper"]));
            Assert.Equal("kernel", File.ReadAllText(_bench["copy-of-vm/merged/boot/vmlinuz"]));
        }

        Assert.Empty(_bench.Told);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench["runtime"]));
        Assert.Equal(8192, new FileInfo(_bench["image"]).Length);
        Assert.True(File.Exists(_bench["nvram"]));
        Assert.True(File.Exists(_bench["kept-tpm/tpm2-00.permall"]));
        Assert.False(Path.Exists(_bench["overlay-of-vm"]));
        Assert.False(Path.Exists(_bench["copy-of-vm"]));
        Assert.Empty(Drafts());
    }

    [Fact]
    public async Task A_descriptor_that_cannot_be_opened_at_any_place_leaves_nothing()
    {
        var missing = new OpenedFile(_bench["missing"], ReadOnly: true);
        for (var k = 0; k <= Sources.Count; k++)
        {
            DescriptorSource[] sources = [.. Sources.Take(k), missing, .. Sources.Skip(k)];
            await _bench.LeavesNothingAsync(_bench.PlanOf(sources), _bench["missing"]);
        }
    }

    [Fact]
    public async Task A_helper_that_cannot_be_started_at_any_place_leaves_nothing_and_ends_the_others()
    {
        const int Count = 3;
        for (var k = 0; k < Count; k++)
        {
            var helpers = Enumerable.Range(0, Count).Select(i => LaunchBench.HelperOf(i == k ? _bench["missing"] : _bench["helper"])).ToArray();
            await _bench.LeavesNothingAsync(_bench.PlanOf(Sources) with { Helpers = helpers }, _bench["missing"]);
        }

        Assert.All(File.ReadAllLines(_bench["pids"]), pid => Assert.False(LaunchBench.IsRunning(pid)));
    }

    public static TheoryData<string> Failures => ["qemu", "growth", "growth-then-qemu", "file", "child", "nvram", "tpm", "tree", "copy", "locked", "name", "socket"];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Each_kind_of_failure_is_a_sentence_and_leaves_nothing(string failure)
    {
        var plan = _bench.PlanOf(Sources);
        using var other = OpenFile.Open(_bench["tree"], writable: false);
        if (failure == "locked")
            Assert.True(FileLock.TryLockExclusive(other));
        var taken = failure == "name" ? RuntimeDirectoryHandle.Claim(_bench.Runtime, "vm", []) : null;
        var (broken, word) = failure switch
        {
            "qemu" => (plan with { Program = _bench["missing"] }, "missing"),
            "growth" => (plan with { Growths = [new GrowthPlan(_bench["image"], 8192), new GrowthPlan(_bench["missing"], 8192)] }, "grow "),
            "growth-then-qemu" => (plan with { Growths = [new GrowthPlan(_bench["image"], 8192)], Program = _bench["missing"] }, "start "),
            "file" => (plan with { Files = [new FilePlan("a", "a"u8.ToArray()), new FilePlan("no/b", "b"u8.ToArray())] }, "write "),
            "child" => (plan with { Children = [_bench.Child("child1"), _bench.Child("child2"), _bench.Child("image")] }, "make "),
            "nvram" => (_bench.PlanOf([.. Sources, new KeptNvram(_bench["nvram2"], _bench["missing"])]), "missing"),
            "tpm" => (_bench.PlanOf([.. Sources, new TpmStateDirectory(_bench["tpm2"], new TpmMaker("/bin/true", "/bin/false", "/bin/true"))]), "/bin/false exited with status 1"),
            "tree" => (_bench.PlanOf([.. Sources, new FileInTree(_bench["tree"], "/missing")]), "missing"),
            "copy" => (_bench.PlanOf([.. Sources, new ThrowAwayTree(_bench["copy2"], _bench["missing"])]), "copy "),
            "locked" => (plan, "another VM runs from it"),
            "name" => (plan, $"{_bench.Runtime.Path}/vm: a machine of this name is running already, as process {Environment.ProcessId} ("),
            _ => (_bench.PlanOf([.. Sources, new HelperSocket("s")]) with { Helpers = [LaunchBench.HelperOf("/bin/false") with { Socket = "s" }] }, "exited with status 1"),
        };
        await _bench.LeavesNothingAsync(broken, word);
        taken?.Dispose();
    }

    [Fact]
    public async Task A_cancellation_ends_the_making_of_a_TPM_with_its_processes_and_leaves_nothing() =>
        await CancelledLeavesNothingAsync(new TpmStateDirectory(_bench["tpm2"], new TpmMaker("/bin/true", _bench["endless"], "/bin/true")), _bench["pid"]);

    [Fact]
    public async Task A_cancellation_ends_the_wait_for_a_provider_that_does_not_answer()
    {
        using var silent = UnixListener.Bind(_bench["provider"]);
        await CancelledLeavesNothingAsync(new StorageVolume(_bench["provider"], new VolumeRequest("p", "v")), null);
    }

    [Fact]
    public async Task A_cancellation_ends_the_wait_for_a_helpers_socket() =>
        await CancelledLeavesNothingAsync(new HelperSocket("s"), null, LaunchBench.HelperOf(_bench["helper"]) with { Socket = "s" });

    [Fact]
    public async Task A_cancellation_at_any_moment_ends_the_launch_soon_and_leaves_nothing()
    {
        var maker = new TpmMaker("/usr/bin/swtpm", "/usr/bin/swtpm_setup", "/usr/bin/swtpm_localca");
        var plan = _bench.PlanOf([.. Sources, new TpmStateDirectory(_bench["tpm2"], maker)]) with { Children = [_bench.Child("child1")], Helpers = [LaunchBench.HelperOf(_bench["helper"])] };
        var before = _bench.Snapshot();
        var cancelled = 0;
        for (var i = 0; i < 12; i++)
        {
            using var cancel = new CancellationTokenSource();
            var launch = _bench.LaunchAsync(plan, cancel.Token);
            await Task.Delay(i * i * 10, TestContext.Current.CancellationToken);
            await cancel.CancelAsync();
            try
            {
                await using var vm = await launch.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
                // It was faster; what was made is the user's then.
                File.Delete(_bench["child1"]);
                File.Delete(_bench["nvram"]);
                Directory.Delete(_bench["tpm2"], recursive: true);
                Directory.Delete(_bench["kept-tpm"], recursive: true);
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }

            Assert.Equal(before, _bench.Snapshot());
        }

        Assert.Empty(_bench.Told);
        Assert.True(cancelled > 0, "no launch was cancelled");
    }

    [Fact]
    public async Task A_cancellation_at_any_await_of_a_launch_leaves_nothing()
    {
        var plan = _bench.PlanOf(Sources) with { Children = [_bench.Child("child1")], Helpers = [LaunchBench.HelperOf(_bench["helper"])] };
        var before = _bench.Snapshot();
        var cancelled = 0;
        for (var isReached = true; isReached;)
        {
            using var cancel = new CancellationTokenSource();
            var counter = new AwaitCounter(cancelled + 1, cancel);
            var launch = counter.RunAsync(() => _bench.LaunchAsync(plan, cancel.Token));
            try
            {
                await using var vm = await launch.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
                isReached = counter.IsReached;
            }
            catch (OperationCanceledException)
            {
                Assert.True(before.SequenceEqual(_bench.Snapshot()), $"cancelled at await {cancelled + 1}:\n{string.Join('\n', _bench.Snapshot().Except(before))}");
            }

            cancelled++;
            Assert.Empty(_bench.Told);
            File.Delete(_bench["child1"]);
            File.Delete(_bench["nvram"]);
            if (Directory.Exists(_bench["kept-tpm"]))
                Directory.Delete(_bench["kept-tpm"], recursive: true);
        }

        // Each descriptor of the plan is awaited at least.
        Assert.InRange(cancelled, 3, 500);
        TestContext.Current.SendDiagnosticMessage($"{cancelled} awaits of a launch");
    }

    [Fact]
    public async Task A_launch_that_was_cancelled_before_does_nothing()
    {
        var before = _bench.Snapshot();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            _bench.LaunchAsync(_bench.PlanOf(Sources), new CancellationToken(canceled: true)));
        Assert.Equal(before, _bench.Snapshot());
    }

    [Fact]
    public async Task A_step_that_cannot_be_undone_is_reported_and_does_not_replace_the_reason()
    {
        // A directory that is not empty takes the place of the child that was made, and is in the way of its removal.
        _bench.Script("swap", $"rm {_bench["sub/child"]}; mkdir -p {_bench["sub/child/full"]}; exit 9");
        var failing = new TpmStateDirectory(_bench["tpm2"], new TpmMaker("/bin/true", _bench["swap"], "/bin/true"));
        var error = await Assert.ThrowsAsync<LaunchException>(() => _bench.LaunchAsync(_bench.PlanOf([failing]) with { Children = [_bench.Child("sub/child")] }));
        Assert.Contains("exited with status 9", error.Message, StringComparison.Ordinal);
        Assert.StartsWith($"cannot remove {_bench["sub/child"]}: ", Assert.Single(_bench.Told), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench["runtime"]));
    }

    private async Task CancelledLeavesNothingAsync(DescriptorSource waits, string? pidFile, params HelperPlan[] helpers)
    {
        var before = _bench.Snapshot();
        using var cancel = new CancellationTokenSource();
        var launch = _bench.LaunchAsync(_bench.PlanOf([.. Sources, waits]) with { Helpers = helpers }, cancel.Token);
        await Task.Delay(500, TestContext.Current.CancellationToken);
        while (pidFile is not null && (!File.Exists(pidFile) || new FileInfo(pidFile).Length == 0))
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.False(launch.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => launch.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        if (pidFile is not null)
        {
            Assert.False(LaunchBench.IsRunning(File.ReadAllText(pidFile)));
            File.Delete(pidFile);
        }

        Assert.Equal(before, _bench.Snapshot());
        Assert.Empty(_bench.Told);
    }

    private IEnumerable<string> Drafts() => Directory.EnumerateFileSystemEntries(_bench.Root, ".vmspawn-*");
}
