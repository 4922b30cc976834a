using CsCheck;
using Vmspawn.Networks.Packets;

namespace Vmspawn.Tests.Networks;

public class SwitchTests
{
    [Fact]
    public async Task A_frame_goes_to_the_card_that_it_is_for_and_one_for_all_to_all_others()
    {
        await using var cards = new Cards(machines: ["a", "b", "c"]);
        cards.Send("a", "b", 1);
        cards.Send("a", "*", 2);
        Assert.Equal((1, 2), (await cards.NumberAsync("b"), await cards.NumberAsync("b")));
        Assert.Equal(2, await cards.NumberAsync("c"));
        await cards.NothingCameAsync("a", from: "b");
    }

    [Fact]
    public async Task A_frame_with_another_source_or_for_nobody_or_too_large_or_too_short_is_dropped()
    {
        await using var cards = new Cards(machines: ["a", "b", "c"]);
        cards.Send("a", Cards.Plain(Cards.Mac("c"), Cards.Mac("b"), 1));
        cards.Send("a", Cards.Plain(cards.Facts.Own.Mac, EthernetAddress.Broadcast, 2));
        cards.Send("a", "z", 3);
        cards.Send("a", [.. Cards.Plain(Cards.Mac("a"), Cards.Mac("b"), 4), .. new byte[Frame.LargestSize]]);
        cards.Send("a", Cards.Plain(Cards.Mac("a"), Cards.Mac("b"), 5)[..13]);
        await cards.NothingCameAsync("b", from: "a");
        await cards.NothingCameAsync("c", from: "b");
    }

    [Fact]
    public async Task Separated_groups_do_not_hear_each_other_until_each_separation_is_ended()
    {
        await using var cards = new Cards(machines: ["a", "b", "c"]);
        using var first = cards.Switch.Separate(["A"], ["b", "c"]);
        var second = cards.Switch.Separate(["b"], ["a", "later"]);
        cards.Send("a", "*", 1);
        cards.Send("b", "a", 2);
        cards.Send("b", "c", 3);
        Assert.Equal(3, await cards.NumberAsync("c"));
        first.Dispose();
        cards.Send("a", "*", 4);
        Assert.Equal(4, await cards.NumberAsync("c"));
        second.Dispose();
        cards.Send("a", "b", 5);
        Assert.Equal(5, await cards.NumberAsync("b"));
        await cards.NothingCameAsync("a", from: "b");

        cards.Switch.Separate(["a"], ["b"]);
        Assert.Single(cards.Switch.Separations);
        cards.Switch.Heal();
        cards.Send("a", "b", 6);
        Assert.Equal(6, await cards.NumberAsync("b"));
    }

    [Fact]
    public async Task The_seed_determines_which_frames_are_lost_and_the_loss_how_many()
    {
        var first = await ArrivedAsync(seed: 7);
        Assert.InRange(first.Count, 230, 330);
        Assert.Equal(first, await ArrivedAsync(seed: 7));
        Assert.NotEqual(first, await ArrivedAsync(seed: 8));

        static async Task<List<int>> ArrivedAsync(ulong seed)
        {
            await using var cards = new Cards(seed, machines: ["a", "b", "c"]);
            var arrived = new List<int>();
            for (var i = 0; i < 400; i += 20)
            {
                // Few at once, so that no queue is full. The switch's own answer, which is never lost, says that it has handled them.
                cards.Switch.Quality = new VmNetworkQuality { Loss = 0.3 };
                for (var k = i; k < i + 20; k++)
                    cards.Send("a", "b", k);
                cards.Send("a", Requests.Arp(cards.Lease("a"), cards.Facts.Own.Address));
                await cards.ReceiveAsync("a");
                cards.Switch.Quality = VmNetworkQuality.Perfect;
                cards.Send("a", "b", -1);
                for (int number; (number = await cards.NumberAsync("b")) >= 0;)
                    arrived.Add(number);
            }

            return arrived;
        }
    }

    [Fact]
    public async Task A_delayed_frame_arrives_when_its_time_has_come_and_in_order()
    {
        var time = new SteppedTime();
        await using var cards = new Cards(time: time, machines: ["a", "b"]);
        cards.Switch.Quality = new VmNetworkQuality { Delay = TimeSpan.FromMilliseconds(100) };
        for (var i = 1; i <= 3; i++)
            cards.Send("a", "b", i);
        cards.Send("a", Requests.Arp(cards.Lease("a"), cards.Facts.Own.Address));
        await cards.ReceiveAsync("a");
        time.Advance(TimeSpan.FromMilliseconds(99));
        cards.Switch.Quality = VmNetworkQuality.Perfect;
        cards.Send("a", "b", 4);
        Assert.Equal(4, await cards.NumberAsync("b"));
        time.Advance(TimeSpan.FromMilliseconds(1));
        for (var i = 1; i <= 3; i++)
            Assert.Equal(i, await cards.NumberAsync("b"));
    }

    [Fact]
    public async Task Delayed_frames_for_a_card_that_has_left_are_dropped()
    {
        var time = new SteppedTime();
        await using var cards = new Cards(time: time, machines: ["a", "b"]);
        cards.Switch.Quality = new VmNetworkQuality { Delay = TimeSpan.FromSeconds(1), Jitter = TimeSpan.FromSeconds(1) };
        for (var i = 0; i < 50; i++)
            cards.Send("a", "b", i);
        cards.Send("a", Requests.Arp(cards.Lease("a"), cards.Facts.Own.Address));
        await cards.ReceiveAsync("a");
        cards.Switch.Leave(cards.Port("b"));
        time.Advance(TimeSpan.FromSeconds(2));
        cards.Switch.Quality = VmNetworkQuality.Perfect;
        cards.Join("b");
        await cards.NothingCameAsync("b", from: "a");
    }

    [Fact]
    public async Task A_machine_that_joins_again_replaces_its_card_and_keeps_its_address()
    {
        await using var cards = new Cards(machines: ["a", "b"]);
        var before = cards.Lease("b").Address;
        cards.Join("c");
        cards.Join("b");
        Assert.Equal(before, cards.Lease("b").Address);
        Assert.Equal(3, cards.Switch.Members.Count);
        cards.Send("a", "b", 1);
        Assert.Equal(1, await cards.NumberAsync("b"));
        cards.Switch.Leave(cards.Port("b"));
        Assert.Equal(["a", "c"], cards.Switch.Members.Select(member => member.Machine));
        Assert.Null(cards.Facts.AddressOf("b"));
    }

    [Fact]
    public async Task A_card_with_the_address_of_another_one_or_of_a_group_is_refused_and_so_is_one_without_a_free_address()
    {
        await using var cards = new Cards(subnet: "10.9.8.0/29", machines: ["a", "b", "c", "d", "e"]);
        Assert.Null(cards.TryJoin("f", Cards.Mac("a"), out var taken));
        Assert.Equal("a has a card with the address 02:00:00:00:00:61 in it", taken);
        Assert.Null(cards.TryJoin("f", EthernetAddress.Broadcast, out var group));
        Assert.Contains("can be no card's address", group, StringComparison.Ordinal);
        Assert.Null(cards.TryJoin("f", Cards.Mac("f"), out var full));
        Assert.Equal("10.9.8.0/29 has no address left", full);
        // The address of a card that has left is given away only when there is no other.
        var left = cards.Lease("c").Address;
        cards.Switch.Leave(cards.Port("c"));
        cards.Join("f");
        Assert.Equal(left, cards.Lease("f").Address);
    }

    [Fact]
    public async Task Whatever_a_guest_sends_the_switch_forwards_the_frames_of_others()
    {
        await using var cards = new Cards(machines: ["a", "b", "c"]);
        byte[][] valid =
        [
            Requests.Arp(cards.Lease("a"), cards.Facts.Own.Address),
            Requests.Dhcp(cards.Lease("a"), cards.Facts, 1),
            Requests.Dns(cards.Lease("a"), cards.Facts, "b.lan", 1),
            Requests.Echo(cards.Lease("a"), cards.Facts),
        ];
        var garbage = Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte.Array[0, 40], Gen.Int[0, 2000], Gen.Bool);
        await garbage.SampleAsync(
            async (which, noise, at, cut) =>
            {
                var frame = (byte[])valid[which].Clone();
                for (var i = 0; i < noise.Length; i++)
                    frame[(at + (i * 7)) % frame.Length] ^= noise[i];
                Cards.Mac("a").Write(frame.AsSpan(EthernetAddress.Size));
                if (cut)
                    frame = frame[..Math.Max(1, at % frame.Length)];
                cards.Send("a", frame);
                // What was answered is read, so that no queue is full.
                cards.Send("a", Requests.Echo(cards.Lease("a"), cards.Facts));
                for (byte[] answer; (answer = await cards.ReceiveAsync("a")).Length != valid[3].Length || answer[34] != 0;)
                {
                }

                return true;
            },
            iter: 2000,
            threads: 1);
        cards.Switch.Quality = VmNetworkQuality.Perfect;
        cards.Send("b", "c", 9);
        for (byte[] frame; (frame = await cards.ReceiveAsync("c")).Length != Frame.HeaderSize + 4;)
        {
        }
    }
}
