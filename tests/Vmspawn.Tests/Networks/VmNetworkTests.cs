using System.Buffers.Binary;
using System.Net;
using Vmspawn.Firmware;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Networks;
using Vmspawn.Networks.Packets;
using Vmspawn.Options;
using Vmspawn.Resolve;
using Vmspawn.Spec;
using Vmspawn.Tests.Control;
using Vmspawn.Tests.Qemu;

namespace Vmspawn.Tests.Networks;

/// <summary>A network by its control socket: members that join and leave, and requests of other processes.</summary>
public sealed class VmNetworkTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private VmEnvironment Environment => new() { Variable = name => name == "XDG_RUNTIME_DIR" ? _directory.Path : null };

    private RunningMachineOptions Where => new() { Scope = RuntimeScope.User, Environment = Environment };

    private string Place => _directory["systemd/vmspawn"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_network_has_a_socket_for_its_user_only_and_leaves_nothing()
    {
        await using (var network = Make("lan"))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(NetworkPlace.SocketOf(Place, "lan")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(Place, "net:lan")));
            Assert.Equal(["lan"], await RunningNetwork.ListAsync(Where, Cancel));
            // It is no machine.
            Assert.Empty(await RunningMachine.ListAsync(Where, Cancel));
            Assert.Equal(NetworkFacts.DefaultSubnet("lan"), network.Subnet);
            var second = Assert.Throws<VmNetworkException>(() => Make("lan"));
            Assert.Equal("network-exists", second.Problem.Code);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(Place));
        await Make("lan").DisposeAsync();
    }

    [Fact]
    public async Task What_a_killed_network_has_left_is_removed_by_the_next_start()
    {
        var left = Directory.CreateDirectory(Path.Combine(Place, "net:old")).FullName;
        File.WriteAllText(Path.Combine(left, "pid"), "1\n");
        File.WriteAllText(Path.Combine(left, "control"), "");
        File.WriteAllText(Path.Combine(Place, ".net:old.lock"), "");
        File.SetUnixFileMode(Place, PrivateFiles.DirectoryMode);
        Assert.Empty(await RunningNetwork.ListAsync(Where, Cancel));
        await using var network = Make("lan");
        Assert.Equal([".net:lan.lock", "net:lan"], Directory.EnumerateFileSystemEntries(Place).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("a/b", null)]
    [InlineData("", null)]
    [InlineData("lan", "10.0.0.0/30")]
    [InlineData("lan", "127.1.0.0/24")]
    [InlineData("lan", "fd00::/64")]
    [InlineData("lan", "224.0.0.0/24")]
    public void A_name_or_a_subnet_that_makes_no_sense_is_refused(string name, string? subnet) =>
        Assert.Throws<VmNetworkException>(() => VmNetwork.Create(name, Options with { Subnet = subnet is null ? null : IPNetwork.Parse(subnet) }));

    [Fact]
    public async Task A_card_is_in_the_network_as_long_as_its_connection()
    {
        await using var network = Make("lan", IPNetwork.Parse("10.1.2.0/24"));
        var (link, socket) = await JoinAsync("web", "52:54:00:00:00:01");
        using var end = DatagramConnection.Adopt(socket);
        await using (link)
        {
            Assert.Equal([new VmNetworkMember("web", "52:54:00:00:00:01", IPAddress.Parse("10.1.2.2"))], network.Members);
            var mac = EthernetAddress.Parse("52:54:00:00:00:01")!.Value;
            Assert.True(end.TrySend(Requests.Dns(new Lease("web", mac, 0x0a010202), new NetworkFacts("lan", network.Subnet), "web", 1)));
            var buffer = new byte[2000];
            var count = await end.ReceiveAsync(buffer, Cancel).AsTask().WaitAsync(Cards.Bound, Cancel);
            Assert.Equal([10, 1, 2, 2], buffer[(count - 4)..count]);
            var taken = await Assert.ThrowsAsync<LaunchException>(() => JoinAsync("db", "52:54:00:00:00:01"));
            Assert.Equal("cannot join the network lan: web has a card with the address 52:54:00:00:00:01 in it", taken.Message);
        }

        await Until(() => network.Members.Count == 0);
        Assert.True(link.Ended.IsCompleted);
    }

    [Fact]
    public async Task Members_of_a_network_that_ends_see_it()
    {
        var network = Make("lan");
        var (link, socket) = await JoinAsync("web", "52:54:00:00:00:01");
        using var end = socket;
        await using var linkDisposal = link;
        await network.DisposeAsync();
        await link.Ended.WaitAsync(Cards.Bound, Cancel);
        var gone = await Assert.ThrowsAsync<LaunchException>(() => JoinAsync("db", "52:54:00:00:00:02"));
        Assert.Contains("vmspawn network create lan", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_is_not_planned_into_a_network_that_there_is_not()
    {
        await using var network = Make("lan");
        var problems = new List<Problem>();
        var inventory = new HostInventory(
            SomeDisks.Spec.Host with { Runtime = new RuntimeBase(Place, IsFallback: false) }, SomeQemu.Facts, new FirmwarePlaces([], []), _ => null, (_, _) => throw new InvalidOperationException());
        var cards = await NetworkResolver.ResolveAsync(new VmOptions { SwitchNetworks = ["lan", "gone", "../lan"] }, "web", inventory, problems, [], Cancel);
        Assert.Equal(["--network=gone: there is no network of this name (make it by \"vmspawn network create gone\")"], problems.Where(problem => problem.Code == "network-missing").Select(problem => problem.ToString()));
        Assert.Equal("machine-name", Assert.Single(problems, problem => problem.Subject == "--network=../lan").Code);
        Assert.Equal(new SwitchLink("lan", NetworkPlace.SocketOf(Place, "lan")), cards[0].Link);
    }

    [Fact]
    public async Task Other_processes_see_and_change_it()
    {
        var network = Make("lan", IPNetwork.Parse("10.1.2.0/24"));
        await using var other = await RunningNetwork.OpenAsync("lan", Where, Cancel);
        await other.PartitionAsync(["a", "b"], ["c"], Cancel);
        var quality = new VmNetworkQuality { Loss = 0.25, Delay = TimeSpan.FromMilliseconds(20), Jitter = TimeSpan.FromMilliseconds(5) };
        await other.SetQualityAsync(quality, Cancel);
        var status = await other.GetStatusAsync(Cancel);
        Assert.Equal(("lan", System.Environment.ProcessId, network.Subnet, IPAddress.Parse("10.1.2.1"), quality), (status.Name, status.ProcessId, status.Subnet, status.Address, status.Quality));
        var (one, others) = Assert.Single(status.Partitions);
        Assert.Equal(["a", "b"], one);
        Assert.Equal(["c"], others);
        Assert.Equal(quality, network.Quality);
        var refused = await Assert.ThrowsAsync<VmNetworkException>(() => other.SetQualityAsync(new VmNetworkQuality { Loss = 1.5 }, Cancel));
        Assert.Contains("the loss is not between 0 and 1", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => network.Quality = new VmNetworkQuality { Delay = TimeSpan.FromHours(1) });
        await other.HealAsync(Cancel);
        Assert.Empty((await other.GetStatusAsync(Cancel)).Partitions);

        var removal = other.RemoveAsync(Cancel);
        await network.RemovalAsked.WaitAsync(Cards.Bound, Cancel);
        await network.DisposeAsync();
        await removal;
        Assert.Equal("network-missing", (await Assert.ThrowsAsync<VmNetworkException>(() => RunningNetwork.OpenAsync("lan", Where, Cancel))).Problem.Code);
    }

    [Fact]
    public async Task A_capture_has_each_frame_once_also_those_that_are_lost_and_the_answers_of_the_switch()
    {
        var time = new SteppedTime();
        time.Advance(TimeSpan.FromSeconds(1_000_000.25));
        await using var network = VmNetwork.Create("lan", Options with { Subnet = IPNetwork.Parse("10.1.2.0/24"), Time = time });
        network.Quality = new VmNetworkQuality { Loss = 1 };
        var mac = EthernetAddress.Parse("52:54:00:00:00:01")!.Value;
        var (link, socket) = await JoinAsync("web", mac.ToString());
        await using var linkDisposal = link;
        using var end = DatagramConnection.Adopt(socket);
        var lease = new Lease("web", mac, 0x0a010202);
        var broadcast = Cards.Plain(mac, EthernetAddress.Broadcast, 7);
        var ping = Requests.Echo(lease, new NetworkFacts("lan", network.Subnet));

        // By the library into a file, by another process into a stream.
        await using var other = await RunningNetwork.OpenAsync("lan", Where, Cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var stream = new MemoryStream();
        var started = new TaskCompletionSource();
        var capturing = other.CaptureAsync(stream, started.SetResult, stop.Token);
        await started.Task.WaitAsync(Cards.Bound, Cancel);
        await using (network.Capture(_directory["frames.pcap"]))
        {
            Assert.True(end.TrySend(broadcast));
            Assert.True(end.TrySend(ping));
            await end.ReceiveAsync(new byte[2000], Cancel).AsTask().WaitAsync(Cards.Bound, Cancel);
        }

        var frames = Read(await File.ReadAllBytesAsync(_directory["frames.pcap"], Cancel));
        Assert.Equal(3, frames.Count);
        Assert.Equal((broadcast, ping), (frames[0].Bytes, frames[1].Bytes), FrameComparer.Same);
        Assert.Equal((mac, 0), (Frame.Destination(frames[2].Bytes), frames[2].Bytes[34]));
        Assert.All(frames, frame => Assert.Equal(DateTimeOffset.UnixEpoch + time.Now, frame.Time));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory["frames.pcap"]));

        await Until(() => stream.Length >= new FileInfo(_directory["frames.pcap"]).Length);
        await stop.CancelAsync();
        await capturing.WaitAsync(Cards.Bound, Cancel);
        Assert.Equal(await File.ReadAllBytesAsync(_directory["frames.pcap"], Cancel), stream.ToArray());
    }

    private VmNetworkOptions Options => new() { Scope = RuntimeScope.User, Environment = Environment };

    private VmNetwork Make(string name, IPNetwork? subnet = null) => VmNetwork.Create(name, Options with { Subnet = subnet });

    private Task<(NetworkLink Link, Microsoft.Win32.SafeHandles.SafeFileHandle Qemu)> JoinAsync(string machine, string mac) =>
        NetworkLink.JoinAsync("lan", NetworkPlace.SocketOf(Place, "lan"), machine, mac, Cancel);

    private static async Task Until(Func<bool> condition) => Assert.True(await new LockWait(Cards.Bound).UntilAsync(condition, Cancel));

    private static List<(DateTimeOffset Time, byte[] Bytes)> Read(byte[] file)
    {
        Assert.Equal([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0], file[..24]);
        var frames = new List<(DateTimeOffset, byte[])>();
        for (var at = 24; at < file.Length;)
        {
            uint Number(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + offset));
            var size = (int)Number(8);
            Assert.Equal(Number(8), Number(12));
            frames.Add((DateTimeOffset.UnixEpoch.AddSeconds(Number(0)).AddMicroseconds(Number(4)), file[(at + 16)..(at + 16 + size)]));
            at += 16 + size;
        }

        return frames;
    }

    private sealed class FrameComparer : IEqualityComparer<(byte[], byte[])>
    {
        public static readonly FrameComparer Same = new();

        public bool Equals((byte[], byte[]) x, (byte[], byte[]) y) => x.Item1.AsSpan().SequenceEqual(y.Item1) && x.Item2.AsSpan().SequenceEqual(y.Item2);

        public int GetHashCode((byte[], byte[]) frames) => 0;
    }
}
