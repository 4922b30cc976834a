using System.Net;
using System.Net.Sockets;
using CsCheck;
using Vmspawn.Options;
using Vmspawn.Resolve;
using Vmspawn.Spec;

namespace Vmspawn.Tests.Resolve;

public class NetworkResolverTests
{
    private static readonly PublishedPort AnyPort = new(IPAddress.Loopback, 0, 22, IsUdp: false);

    [Fact]
    public void Without_an_option_there_is_no_card() => Assert.Empty(Cards(new VmOptions()));

    [Fact]
    public void Each_occurrence_is_a_card_in_the_order_given_and_what_is_implied_comes_last()
    {
        var cards = Cards(new VmOptions
        {
            Networks = [NetworkMode.Tap, NetworkMode.User],
            NetworkBridges = ["br0", "br1"],
        });
        Assert.Equal(
            [new TapLink("vt-web", "br0", false), new UserLink([]), new TapLink("vt-web-1", "br1", false)],
            cards.Select(card => card.Link is UserLink ? new UserLink([]) : card.Link), LinkComparer.Same);
        Assert.Equal([0, 1, 2], cards.Select(card => card.Index));
    }

    [Fact]
    public void A_published_port_implies_a_user_network_and_is_that_of_the_first()
    {
        Assert.Single(Assert.IsType<UserLink>(Assert.Single(Cards(new VmOptions { PublishedPorts = [AnyPort] })).Link).Published);
        var cards = Cards(new VmOptions { PublishedPorts = [AnyPort], Networks = [NetworkMode.User, NetworkMode.User] });
        Assert.Equal([1, 0], cards.Select(card => Assert.IsType<UserLink>(card.Link).Published.Count));
    }

    [Fact]
    public void Networks_between_machines_come_after_all_other_cards_with_addresses_of_their_own()
    {
        var cards = Cards(new VmOptions { SwitchNetworks = ["lan", "dmz"], Networks = [NetworkMode.Tap], NetworkBridges = ["br0", "br1"] });
        Assert.Equal(["lan", "dmz"], cards.Skip(2).Select(card => Assert.IsType<SwitchLink>(card.Link).Network));
        Assert.Equal([MacAddress.Derive("web in lan"), MacAddress.Derive("web in dmz")], cards.Skip(2).Select(card => card.Mac));
        Assert.Equal("52:54:00:12:34:56", Assert.Single(Cards(new VmOptions { SwitchNetworks = ["lan"], NetworkMac = "52:54:00:12:34:56" })).Mac);
    }

    [Fact]
    public void A_network_twice_is_a_mistake() =>
        Assert.Equal("network-twice", Assert.Single(VmPlanning.Check(new VmOptions { SwitchNetworks = ["lan", "lan"] })).Code);

    [Fact]
    public void Free_ports_of_the_host_are_chosen_apart()
    {
        var problems = new List<Problem>();
        var chosen = HostPorts.Choose([AnyPort, AnyPort, AnyPort with { IsUdp = true }], mayBeIPv6: false, problems);
        Assert.Empty(problems);
        Assert.DoesNotContain(chosen, port => port.HostPort == 0);
        Assert.NotEqual(chosen[0].HostPort, chosen[1].HostPort);
    }

    [Fact]
    public void A_port_in_use_is_a_problem_before_anything_starts()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var problems = new List<Problem>();
        var port = AnyPort with { HostPort = ((IPEndPoint)taken.LocalEndpoint).Port };
        HostPorts.Choose([port], mayBeIPv6: false, problems);
        var problem = Assert.Single(problems);
        Assert.Equal(("publish-port", $"--publish={port}"), (problem.Code, problem.Subject));
        Assert.Contains("0 for a free one", problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_port_twice_is_a_problem()
    {
        var problems = new List<Problem>();
        var free = HostPorts.Choose([AnyPort], mayBeIPv6: false, problems)[0];
        HostPorts.Choose([free, free], mayBeIPv6: false, problems);
        Assert.Single(problems);
    }

    [Fact]
    public void Names_of_interfaces_fit_and_differ_as_the_machines_names_do() =>
        Gen.Select(Gen.String[Gen.Char["abc-"], 0, 60], Gen.String[Gen.Char["abc-"], 0, 60]).Sample((one, other) =>
        {
            var (first, second) = (TapResolver.Name($"vt-{one}"), TapResolver.Name($"vt-{other}"));
            Assert.InRange(first.Length, 3, 15);
            Assert.Equal(first, TapResolver.Name($"vt-{one}"));
            Assert.StartsWith("vt-", first, StringComparison.Ordinal);
            if (one.Length <= 12 && one != other)
                Assert.NotEqual(first, second);
        });

    [Fact]
    public void A_derived_address_is_one_interfaces_and_locally_administered_and_stays()
    {
        Gen.String.Sample(name =>
        {
            var mac = MacAddress.Derive(name);
            Assert.Matches("^[0-9a-f]{2}(:[0-9a-f]{2}){5}$", mac);
            Assert.Equal(2, Convert.ToInt32(mac[..2], 16) & 3);
        });
        Assert.Equal(MacAddress.Derive("vt-web"), MacAddress.Derive("vt-web"));
        Assert.NotEqual(MacAddress.Derive("vt-web"), MacAddress.Derive("vt-web-1"));
    }

    private static IReadOnlyList<NicSpec> Cards(VmOptions options)
    {
        var problems = new List<Problem>();
        var cards = NetworkResolver.Resolve(options, "web", inventory: null, passt: null, problems);
        Assert.Empty(problems);
        return cards;
    }

    private sealed class LinkComparer : IEqualityComparer<NicLink>
    {
        public static readonly LinkComparer Same = new();

        public bool Equals(NicLink? x, NicLink? y) => x is UserLink ? y is UserLink : x == y;

        public int GetHashCode(NicLink link) => 0;
    }
}
