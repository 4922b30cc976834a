using System.Globalization;
using Vmspawn.Host;
using Vmspawn.Images;
using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Plan;
using Vmspawn.Spec;

namespace Vmspawn.Tests.Launch;

/// <summary>Whatever step of a launch fails or is cancelled, nothing is left of the steps before it.</summary>
public sealed class LauncherTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _told = [];
    private readonly List<string> _steps = [];

    public LauncherTests()
    {
        Directory.CreateDirectory(_directory["runtime"], PrivateFiles.DirectoryMode);
        Directory.CreateDirectory(_directory["tree/boot"]);
        File.WriteAllText(_directory["tree/boot/vmlinuz"], "kernel");
        File.WriteAllText(_directory["image"], new string('i', 4096));
        File.WriteAllText(_directory["template"], new string('t', 4096));
        Script("setup", "echo x >$TMPDIR/issuercert.pem; echo x >$TMPDIR/swtpm-localca-rootca-cert.pem; echo x >\"$3/tpm2-00.permall\"");
        Script("endless", $"(sleep 600 & echo $! >{_directory["pid"]}); sleep 600");
        Script("qemu", "exec sleep 600");
        Script("helper", $"echo $$ >>{_directory["pids"]}; exec sleep 600");
        File.WriteAllText(_directory["pids"], "");
    }

    private RuntimeBase Runtime => new(_directory["runtime"], IsFallback: false);

    /// <summary>One of each kind of source that needs no privileges.</summary>
    private IReadOnlyList<DescriptorSource> Sources =>
    [
        new OpenedFile(_directory["image"], ReadOnly: false),
        new AnonymousOverlay(_directory.Path, 1 << 20),
        new MemoryBytes("secret"u8.ToArray()),
        new JoinedFiles(_directory.Path, [_directory["image"], _directory["template"]]) { Tail = "tail"u8.ToArray() },
        new JoinedFiles(_directory.Path, ["/boot/vmlinuz"], _directory["tree"]),
        new FilesInImage(_directory.Path, _directory["image"], [[new Extent(0, 100)]]),
        new KeptNvram(_directory["nvram"], _directory["template"]),
        new ForgottenNvram(_directory["template"]),
        new TpmStateDirectory(_directory["kept-tpm"], new TpmMaker("/bin/true", _directory["setup"], "/bin/true")),
        new TpmStateDirectory(_directory["runtime/vm/tpm"], null),
        new MonitorSocket(),
        new ConsoleTerminal(),
        new NotifyPort(),
        new SocketEnd("pair"),
        new ListeningEnd("queue"),
        new SocketEnd("queue"),
        new RuntimeDirectory(),
        new FileInTree(_directory["tree"], "/boot/vmlinuz"),
        new LockedTree(_directory["tree"], IsShared: true),
        new ThrowAwayTree(_directory["overlay-of-vm"], CopyOf: null),
        new ThrowAwayTree(_directory["copy-of-vm"], CopyOf: _directory["tree"]),
    ];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_launch_that_succeeds_gives_everything_back_at_its_end_and_keeps_what_the_user_keeps()
    {
        var plan = PlanOf(Sources) with { Growths = [new GrowthPlan(_directory["image"], 8192)] };
        await using (var vm = await LaunchAsync(plan))
        {
            Assert.True(File.Exists(vm.Directory.PathOf("pid")));
            Assert.Equal([$"the runtime directory is {vm.Directory.Path}", $"started QEMU: {plan.Program}, process {vm.Qemu.Id}"], _steps);
            Assert.True(Directory.Exists(_directory["overlay-of-vm/upper"]));
            Assert.Equal("kernel", File.ReadAllText(_directory["copy-of-vm/merged/boot/vmlinuz"]));
        }

        Assert.Empty(_told);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory["runtime"]));
        Assert.Equal(8192, new FileInfo(_directory["image"]).Length);
        Assert.True(File.Exists(_directory["nvram"]));
        Assert.True(File.Exists(_directory["kept-tpm/tpm2-00.permall"]));
        Assert.False(Path.Exists(_directory["overlay-of-vm"]));
        Assert.False(Path.Exists(_directory["copy-of-vm"]));
        Assert.Empty(Drafts());
    }

    [Fact]
    public async Task A_descriptor_that_cannot_be_opened_at_any_place_leaves_nothing()
    {
        var missing = new OpenedFile(_directory["missing"], ReadOnly: true);
        for (var k = 0; k <= Sources.Count; k++)
        {
            DescriptorSource[] sources = [.. Sources.Take(k), missing, .. Sources.Skip(k)];
            await LeavesNothingAsync(PlanOf(sources), _directory["missing"]);
        }
    }

    [Fact]
    public async Task A_helper_that_cannot_be_started_at_any_place_leaves_nothing_and_ends_the_others()
    {
        const int Count = 3;
        for (var k = 0; k < Count; k++)
        {
            var helpers = Enumerable.Range(0, Count).Select(i => Helper(i == k ? _directory["missing"] : _directory["helper"])).ToArray();
            await LeavesNothingAsync(PlanOf(Sources) with { Helpers = helpers }, _directory["missing"]);
        }

        Assert.All(File.ReadAllLines(_directory["pids"]), pid => Assert.False(IsRunning(pid)));
    }

    public static TheoryData<string> Failures => ["qemu", "growth", "growth-then-qemu", "file", "child", "nvram", "tpm", "tree", "copy", "locked", "name", "socket"];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Each_kind_of_failure_is_a_sentence_and_leaves_nothing(string failure)
    {
        var plan = PlanOf(Sources);
        using var other = OpenFile.Open(_directory["tree"], writable: false);
        if (failure == "locked")
            Assert.True(FileLock.TryLockExclusive(other));
        var taken = failure == "name" ? RuntimeDirectoryHandle.Claim(Runtime, "vm", []) : null;
        var (broken, word) = failure switch
        {
            "qemu" => (plan with { Program = _directory["missing"] }, "missing"),
            "growth" => (plan with { Growths = [new GrowthPlan(_directory["image"], 8192), new GrowthPlan(_directory["missing"], 8192)] }, "grow "),
            "growth-then-qemu" => (plan with { Growths = [new GrowthPlan(_directory["image"], 8192)], Program = _directory["missing"] }, "start "),
            "file" => (plan with { Files = [new FilePlan("a", "a"u8.ToArray()), new FilePlan("no/b", "b"u8.ToArray())] }, "write "),
            "child" => (plan with { Children = [Child("child1"), Child("child2"), Child("image")] }, "make "),
            "nvram" => (PlanOf([.. Sources, new KeptNvram(_directory["nvram2"], _directory["missing"])]), "missing"),
            "tpm" => (PlanOf([.. Sources, new TpmStateDirectory(_directory["tpm2"], new TpmMaker("/bin/true", "/bin/false", "/bin/true"))]), "/bin/false exited with status 1"),
            "tree" => (PlanOf([.. Sources, new FileInTree(_directory["tree"], "/missing")]), "missing"),
            "copy" => (PlanOf([.. Sources, new ThrowAwayTree(_directory["copy2"], _directory["missing"])]), "copy "),
            "locked" => (plan, "another VM runs from it"),
            "name" => (plan, "a machine of this name is running already"),
            _ => (PlanOf([.. Sources, new HelperSocket("s")]) with { Helpers = [Helper("/bin/false") with { Socket = "s" }] }, "exited with status 1"),
        };
        await LeavesNothingAsync(broken, word);
        taken?.Dispose();
    }

    [Fact]
    public async Task A_cancellation_ends_the_making_of_a_TPM_with_its_processes_and_leaves_nothing() =>
        await CancelledLeavesNothingAsync(new TpmStateDirectory(_directory["tpm2"], new TpmMaker("/bin/true", _directory["endless"], "/bin/true")), _directory["pid"]);

    [Fact]
    public async Task A_cancellation_ends_the_wait_for_a_provider_that_is_silent()
    {
        using var silent = UnixListener.Bind(_directory["provider"]);
        await CancelledLeavesNothingAsync(new StorageVolume(_directory["provider"], new VolumeRequest("p", "v")), null);
    }

    [Fact]
    public async Task A_cancellation_ends_the_wait_for_a_helpers_socket() =>
        await CancelledLeavesNothingAsync(new HelperSocket("s"), null, Helper(_directory["helper"]) with { Socket = "s" });

    [Fact]
    public async Task A_cancellation_at_any_moment_ends_the_launch_soon_and_leaves_nothing()
    {
        var maker = new TpmMaker("/usr/bin/swtpm", "/usr/bin/swtpm_setup", "/usr/bin/swtpm_localca");
        var plan = PlanOf([.. Sources, new TpmStateDirectory(_directory["tpm2"], maker)]) with { Children = [Child("child1")], Helpers = [Helper(_directory["helper"])] };
        var before = Snapshot();
        var cancelled = 0;
        for (var i = 0; i < 12; i++)
        {
            using var cancel = new CancellationTokenSource();
            var launch = Launcher.LaunchAsync(plan, Runtime, PassedDevices.None, _told.Add, _steps.Add, cancel.Token);
            await Task.Delay(i * i * 10, TestContext.Current.CancellationToken);
            await cancel.CancelAsync();
            try
            {
                await using var vm = await launch.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
                // It was faster; what was made is the user's then.
                File.Delete(_directory["child1"]);
                File.Delete(_directory["nvram"]);
                Directory.Delete(_directory["tpm2"], recursive: true);
                Directory.Delete(_directory["kept-tpm"], recursive: true);
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }

            Assert.Equal(before, Snapshot());
        }

        Assert.Empty(_told);
        Assert.True(cancelled > 0, "no launch was cancelled");
    }

    [Fact]
    public async Task A_launch_that_was_cancelled_before_does_nothing()
    {
        var before = Snapshot();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Launcher.LaunchAsync(PlanOf(Sources), Runtime, PassedDevices.None, _told.Add, _steps.Add, new CancellationToken(canceled: true)));
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public async Task A_step_that_cannot_be_undone_is_told_and_the_reason_stays()
    {
        // A directory that is not empty takes the place of the child that was made, and is in the way of its removal.
        Script("swap", $"rm {_directory["sub/child"]}; mkdir -p {_directory["sub/child/full"]}; exit 9");
        var failing = new TpmStateDirectory(_directory["tpm2"], new TpmMaker("/bin/true", _directory["swap"], "/bin/true"));
        var error = await Assert.ThrowsAsync<LaunchException>(() => LaunchAsync(PlanOf([failing]) with { Children = [Child("sub/child")] }));
        Assert.Contains("exited with status 9", error.Message, StringComparison.Ordinal);
        Assert.StartsWith($"cannot remove {_directory["sub/child"]}: ", Assert.Single(_told), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory["runtime"]));
    }

    private static VmPlan PlanOf(string program, IReadOnlyList<DescriptorSource> sources) => new()
    {
        Name = "vm",
        Program = program,
        Arguments = [],
        Descriptors = [.. sources.Select((source, i) => new DescriptorPlan($"slot-{i}", 3 + i, source))],
        Topology = null!,
        Interrupts = null!,
        Console = ConsoleMode.Headless,
    };

    private VmPlan PlanOf(IReadOnlyList<DescriptorSource> sources) => PlanOf(_directory["qemu"], sources);

    private static HelperPlan Helper(string program) => new() { Purpose = "a test", Program = program, Arguments = [], Descriptors = [] };

    private ChildImagePlan Child(string name) =>
        new(_directory[name], 1 << 20, new TemplateFacts(_directory["template"], ImageFormat.Raw, new TemplateStamp(4096, 0)));

    private Task<RunningVm> LaunchAsync(VmPlan plan) =>
        Launcher.LaunchAsync(plan, Runtime, PassedDevices.None, _told.Add, _steps.Add, TestContext.Current.CancellationToken);

    private async Task LeavesNothingAsync(VmPlan plan, string word)
    {
        var before = Snapshot();
        var error = await Assert.ThrowsAsync<LaunchException>(() => LaunchAsync(plan));
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot());
        Assert.Empty(_told);
    }

    private async Task CancelledLeavesNothingAsync(DescriptorSource waits, string? pidFile, params HelperPlan[] helpers)
    {
        var before = Snapshot();
        using var cancel = new CancellationTokenSource();
        var launch = Launcher.LaunchAsync(PlanOf([.. Sources, waits]) with { Helpers = helpers }, Runtime, PassedDevices.None, _told.Add, _steps.Add, cancel.Token);
        await Task.Delay(500, TestContext.Current.CancellationToken);
        while (pidFile is not null && (!File.Exists(pidFile) || new FileInfo(pidFile).Length == 0))
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.False(launch.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => launch.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        if (pidFile is not null)
        {
            Assert.False(IsRunning(File.ReadAllText(pidFile)));
            File.Delete(pidFile);
        }

        Assert.Equal(before, Snapshot());
        Assert.Empty(_told);
    }

    private static bool IsRunning(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{int.Parse(pid, CultureInfo.InvariantCulture)}/stat").Split(')')[1].Trim()[0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>All files with their sizes, and this process's descriptors that are open in the directory.</summary>
    private List<string> Snapshot()
    {
        var files = Directory.EnumerateFileSystemEntries(_directory.Path, "*", SearchOption.AllDirectories)
            .Where(path => path != _directory["pids"])
            .Select(path => $"{path} {(File.Exists(path) ? new FileInfo(path).Length : 0)}");
        var open = Directory.EnumerateFileSystemEntries("/proc/self/fd")
            .Select(path => new FileInfo(path).LinkTarget)
            .Where(target => target?.StartsWith(_directory.Path, StringComparison.Ordinal) == true)
            .Select(target => $"open: {target}");
        return [.. files.Concat(open).Order(StringComparer.Ordinal)];
    }

    private IEnumerable<string> Drafts() => Directory.EnumerateFileSystemEntries(_directory.Path, ".vmspawn-*");

    private void Script(string name, string text)
    {
        File.WriteAllText(_directory[name], $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(_directory[name], PrivateFiles.DirectoryMode);
    }
}
