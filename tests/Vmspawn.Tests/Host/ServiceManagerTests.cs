using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Vmspawn.Host;
using Vmspawn.Notify;
using Vmspawn.Supervise;

namespace Vmspawn.Tests.Host;

public sealed class ServiceManagerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Socket _manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
    private readonly Dictionary<string, string> _environment = [];

    public ServiceManagerTests()
    {
        _environment["NOTIFY_SOCKET"] = Path.Combine(_directory.Path, "notify");
        _manager.Bind(new UnixDomainSocketEndPoint(_environment["NOTIFY_SOCKET"]));
    }

    [Fact]
    public void The_service_manager_gets_the_guests_states_in_order_and_none_twice()
    {
        using var link = Link(waitsForGuest: true);
        link.Follow(new GuestState(false, "half", null));
        link.Follow(new GuestState(true, "half", null));
        link.Follow(new GuestState(true, "up", 0));
        link.Stopping();
        link.Stopping();
        link.Follow(new GuestState(true, "going", 0));
        link.Ended(3);
        Assert.Equal(
            [
                "X_VMSPAWN_LEADER_PID=4711", "STATUS=The guest starts.", "STATUS=half", "READY=1", "STATUS=up",
                "STOPPING=1", "STATUS=The guest powers off.", "STATUS=The machine has ended with status 3.", "EXIT_STATUS=3",
            ], Heard(9));
    }

    [Fact]
    public void Without_waiting_for_the_guest_readiness_is_reported_at_once()
    {
        using var link = Link(waitsForGuest: false);
        link.Follow(new GuestState(true, null, null));
        link.Stopping();
        Assert.Equal(["X_VMSPAWN_LEADER_PID=4711", "READY=1", "STATUS=The guest runs.", "STOPPING=1", "STATUS=The guest powers off."], Heard(5));
    }

    [Fact]
    public void An_abstract_address_is_parsed_and_other_kinds_are_ignored()
    {
        using var abstractly = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        var name = $"vmspawn-test-{Guid.NewGuid():n}";
        abstractly.Bind(new UnixDomainSocketEndPoint($"\0{name}"));
        _environment["NOTIFY_SOCKET"] = $"@{name}";
        Manager().Ready();
        var buffer = new byte[64];
        Assert.Equal("READY=1", Encoding.ASCII.GetString(buffer, 0, abstractly.Receive(buffer)));

        foreach (var address in new[] { "", "relative", "vsock:2:1", "/" + new string('x', 200), Path.Combine(_directory.Path, "nobody") })
        {
            _environment["NOTIFY_SOCKET"] = address;
            Manager().Ready();
        }
    }

    [Theory]
    [InlineData("3000000", null, 1.5)]
    [InlineData("3000000", "self", 1.5)]
    [InlineData("3000000", "1", null)]
    [InlineData("0", null, null)]
    [InlineData("soon", null, null)]
    [InlineData("18446744073709551615", null, null)]
    public void The_watchdog_is_notified_at_half_its_time_when_it_watches_vmspawn(string time, string? process, double? seconds)
    {
        _environment["WATCHDOG_USEC"] = time;
        if (process is not null)
            _environment["WATCHDOG_PID"] = process == "self" ? $"{Environment.ProcessId}" : process;
        Assert.Equal(seconds, Manager().Watchdog?.TotalSeconds);
    }

    [Fact]
    public async Task Watchdog_messages_go_through_the_supervisors_inbox()
    {
        _environment["WATCHDOG_USEC"] = "20000";
        var inbox = Channel.CreateUnbounded<SupervisorEvent>();
        using var link = new ManagerLink(Manager(), 4711, waitsForGuest: true, inbox.Writer);
        for (var i = 0; i < 3; i++)
            Assert.IsType<WatchdogDue>(await inbox.Reader.ReadAsync(TestContext.Current.CancellationToken));
        link.Alive();
        Assert.Equal("WATCHDOG=1", Heard(3)[^1]);
    }

    public void Dispose()
    {
        _manager.Dispose();
        _directory.Dispose();
    }

    private ServiceManager Manager() => ServiceManager.Of(_environment.GetValueOrDefault);

    private ManagerLink Link(bool waitsForGuest) => new(Manager(), 4711, waitsForGuest, Channel.CreateUnbounded<SupervisorEvent>().Writer);

    private List<string> Heard(int count)
    {
        var buffer = new byte[256];
        var heard = new List<string>();
        for (var i = 0; i < count; i++)
            heard.Add(Encoding.UTF8.GetString(buffer, 0, _manager.Receive(buffer)));
        Assert.Equal(0, _manager.Available);
        return heard;
    }
}
