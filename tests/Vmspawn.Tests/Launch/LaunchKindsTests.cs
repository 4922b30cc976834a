using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Plan;
using Vmspawn.Spec;

namespace Vmspawn.Tests.Launch;

/// <summary>Each kind of machine, with the helpers and descriptors that its plan has: every single step of its launch fails once, and nothing is left.</summary>
public sealed class LaunchKindsTests : IDisposable
{
    private readonly LaunchBench _bench = new();

    public void Dispose() => _bench.Dispose();

    public static TheoryData<string> Kinds =>
    [
        "direct kernel", "kernel from the image", "UEFI", "UEFI, forgotten", "TPM", "TPM, forgotten", "share", "tree", "throw-away tree", "copied tree",
        "ephemeral", "template", "growth", "user network", "vsock process", "journal", "console and reports", "volume",
        .. Environment.IsPrivilegedProcess && File.Exists("/dev/net/tun") ? ["TAP"] : (string[])[],
        .. File.Exists(VhostVsock.Device) ? ["kernel vsock"] : (string[])[],
    ];

    [Theory, MemberData(nameof(Kinds))]
    public async Task Each_step_of_each_kind_of_machine_may_fail_and_leaves_nothing(string kind)
    {
        await using var provider = new SomeVolumes(_bench["provider"], _bench["image"]);
        var plan = PlanOf(kind);
        foreach (var (broken, word) in BrokenAtEachStep(plan))
            await _bench.LeavesNothingAsync(broken, word);
        // The plan itself is one that can be carried out, and its end leaves only what is the user's.
        await (await _bench.LaunchAsync(plan)).DisposeAsync();
        Assert.Empty(_bench.Told);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench["runtime"]));
        Assert.All(File.ReadAllLines(_bench["pids"]), pid => Assert.False(LaunchBench.IsRunning(pid)));
    }

    /// <summary>The plan with its k-th step replaced by one that fails, for each k: a file, a child, a growth, a descriptor of a program, a program.</summary>
    private IEnumerable<(VmPlan Plan, string Word)> BrokenAtEachStep(VmPlan plan)
    {
        var missing = _bench["missing"];
        for (var k = 0; k <= plan.Files.Count; k++)
            yield return (plan with { Files = [.. plan.Files.Take(k), new FilePlan("no/file", new byte[1]), .. plan.Files.Skip(k)] }, "no/file");
        for (var k = 0; k <= plan.Children.Count; k++)
            yield return (plan with { Children = [.. plan.Children.Take(k), _bench.Child("image"), .. plan.Children.Skip(k)] }, "make ");
        for (var k = 0; k <= plan.Growths.Count; k++)
            yield return (plan with { Growths = [.. plan.Growths.Take(k), new GrowthPlan(missing, 8192), .. plan.Growths.Skip(k)] }, "grow ");
        for (var k = 0; k < plan.Helpers.Count; k++)
        {
            foreach (var descriptors in BrokenAtEach(plan.Helpers[k].Descriptors))
                yield return (With(k, plan.Helpers[k] with { Descriptors = descriptors }), missing);
            yield return (With(k, plan.Helpers[k] with { Program = missing }), missing);
        }

        foreach (var descriptors in BrokenAtEach(plan.Descriptors))
            yield return (plan with { Descriptors = descriptors }, missing);
        yield return (plan with { Program = missing }, missing);

        VmPlan With(int k, HelperPlan helper) => plan with { Helpers = [.. plan.Helpers.Take(k), helper, .. plan.Helpers.Skip(k + 1)] };
    }

    private IEnumerable<DescriptorPlan[]> BrokenAtEach(IReadOnlyList<DescriptorPlan> descriptors)
    {
        var failing = new DescriptorPlan("failing", 200, new OpenedFile(_bench["missing"], ReadOnly: true));
        for (var k = 0; k <= descriptors.Count; k++)
            yield return [.. descriptors.Take(k), failing, .. descriptors.Skip(k)];
    }

    private VmPlan PlanOf(string kind)
    {
        var disk = new OpenedFile(_bench["image"], ReadOnly: false);
        var kernel = new OpenedFile(_bench["tree/boot/vmlinuz"], ReadOnly: true);
        return kind switch
        {
            "direct kernel" => _bench.PlanOf(kernel, new JoinedFiles(_bench.Root, [new BootFile(_bench["image"])]) { Tail = new byte[] { 1 } }, new MemoryBytes("credential"u8.ToArray()), disk, new MonitorSocket()),
            "kernel from the image" => _bench.PlanOf(new FilesInImage(_bench.Root, _bench["image"], null, [[new Extent(0, 100)]]), disk, new MonitorSocket()),
            "UEFI" => _bench.PlanOf(kernel, new KeptNvram(_bench["nvram"], _bench["template"]), disk, new MonitorSocket()),
            "UEFI, forgotten" => _bench.PlanOf(kernel, new ForgottenNvram(_bench["template"]), disk, new MonitorSocket()),
            "TPM" => Served(new TpmStateDirectory(_bench["tpm"], Maker), new SocketEnd("tpm")),
            "TPM, forgotten" => Served(new TpmStateDirectory(_bench["runtime/vm/tpm"], Maker), new SocketEnd("tpm")),
            "share" => Served(new ListeningEnd("share"), new SocketEnd("share")),
            "tree" => Served(new LockedTree(_bench["tree"], IsShared: true), new SocketEnd("root"), new ListeningEnd("root"), new FileInTree(_bench["tree"], "/boot/vmlinuz")),
            "throw-away tree" => Served(new ThrowAwayTree(_bench["overlay"], CopyOf: null), new SocketEnd("root"), new ListeningEnd("root"), new FileInTree(_bench["tree"], "/boot/vmlinuz")),
            "copied tree" => Served(new ThrowAwayTree(_bench["copy"], CopyOf: _bench["tree"]), new SocketEnd("root"), new ListeningEnd("root"), new FileInTree(_bench["tree"], "/boot/vmlinuz")),
            "ephemeral" => _bench.PlanOf(disk, new AnonymousOverlay(_bench.Root, 1 << 20), new MonitorSocket()),
            "template" => _bench.PlanOf(new OpenedFile(_bench["child"], ReadOnly: false), new MonitorSocket()) with { Children = [_bench.Child("child")] },
            "growth" => _bench.PlanOf(disk, new MonitorSocket()) with { Growths = [new GrowthPlan(_bench["image"], 8192)] },
            "user network" => Served(new SocketEnd("net"), new SocketEnd("net")),
            "vsock process" => Vsock(_bench.PlanOf(new HelperSocket("device"), disk, new MonitorSocket()), Device),
            "journal" => Vsock(_bench.PlanOf(new HelperSocket("device"), disk, new MonitorSocket()), LaunchBench.HelperOf(_bench["helper"], new RuntimeDirectory()), Device),
            "console and reports" => _bench.PlanOf(new ConsoleTerminal(), new NotifyPort(), disk, new MonitorSocket()) with { Files = [new FilePlan("key", new byte[] { 1 })] },
            "volume" => _bench.PlanOf(new StorageVolume(_bench["provider"], new VolumeRequest("fs", "data") { AsBlockDevice = false }), disk, new MonitorSocket()),
            "TAP" => _bench.PlanOf(new TapDevice($"vmt-{Environment.ProcessId}", Bridge: null), disk, new MonitorSocket()),
            "kernel vsock" => _bench.PlanOf(new VhostVsockDevice(SomeCid, IsPassed: false), disk, new MonitorSocket()) with { Vsock = new VsockPlan(SomeCid, NotifyPort: null, Socket: null) },
            _ => throw new ArgumentException(kind),
        };
    }

    private static uint SomeCid => 0x10000 + (uint)Environment.ProcessId;

    private TpmMaker Maker => new("/bin/true", _bench["setup"], "/bin/true");

    /// <summary>A helper that makes its socket in the runtime directory itself, as vhost-device-vsock does.</summary>
    private HelperPlan Device
    {
        get
        {
            _bench.Script("device", $"echo $$ >>{_bench["pids"]}; exec perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Local => shift, Listen => 1) or die; sleep 600' {_bench["runtime/vm/device"]}");
            return LaunchBench.HelperOf(_bench["device"], new RuntimeDirectory()) with { Socket = "device" };
        }
    }

    /// <summary>A helper with one descriptor of its own, or with two, and QEMU with the other end of their socket.</summary>
    private VmPlan Served(DescriptorSource own, DescriptorSource end, params DescriptorSource[] more) =>
        _bench.PlanOf([new OpenedFile(_bench["image"], ReadOnly: false), end, .. more.Skip(1), new MonitorSocket()]) with
        {
            Helpers = [LaunchBench.HelperOf(_bench["helper"], own is ListeningEnd or SocketEnd ? [own] : [own, more.Length > 0 ? more[0] : end])],
        };

    private static VmPlan Vsock(VmPlan plan, params HelperPlan[] helpers) =>
        plan with { Helpers = helpers, Vsock = new VsockPlan(4711, NotifyPort: 1234, Socket: "vsock") };
}
