using System.Text;
using CsCheck;
using Vmspawn.Linux;

namespace Vmspawn.Varlink.Tests;

[Collection(nameof(Sockets))]
public class FramingTests
{
    private static readonly VarlinkLimits Small = new() { MessageBytes = 8192, Depth = 8, Descriptors = 4, ReceiveTime = TimeSpan.FromMilliseconds(200) };

    [Fact]
    public async Task Messages_cut_at_every_byte_arrive_whole()
    {
        var bytes = Encoding.UTF8.GetBytes("{\"a\":\"é☃\"}\0{}\0{\"b\":[1,2]}\0");
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            using var pair = new Pair();
            using var reader = new MessageReader(pair.Near, Small, ByteBudget.Unlimited);
            await pair.Far.SendAsync(bytes.AsMemory(0, cut));
            var reading = ReadAllAsync(reader);
            await Task.Yield();
            await pair.Far.SendAsync(bytes.AsMemory(cut));
            pair.Far.Dispose();
            Assert.Equal(["{\"a\":\"é☃\"}", "{}", "{\"b\":[1,2]}"], await reading);
        }
    }

    [Fact]
    public void Any_messages_in_any_pieces_arrive_whole_and_give_their_memory_back() =>
        Gen.Select(Gen.String[0, 3000].Array[0, 12], Gen.Int[1, 5000].Array[1, 30]).Sample(
            (texts, pieces) => AssertArrivesAsync(texts, pieces).GetAwaiter().GetResult(), iter: 300);

    private static async Task AssertArrivesAsync(string[] texts, int[] pieces)
    {
        byte[][] messages = [.. texts.Select(text => OutgoingMessage.Build(text, (writer, it) => writer.WriteString("text", it), null, new VarlinkLimits()).ToArray())];
        var budget = new ByteBudget(1 << 20);
        using var pair = new Pair();
        using (var reader = new MessageReader(pair.Near, new VarlinkLimits(), budget))
        {
            var reading = ReadAllAsync(reader);
            byte[] all = [.. messages.SelectMany(bytes => bytes)];
            for (int at = 0, i = 0; at < all.Length; i++)
            {
                var count = Math.Min(pieces[i % pieces.Length], all.Length - at);
                await pair.Far.SendAsync(all.AsMemory(at, count));
                at += count;
            }
            pair.Far.Dispose();
            Assert.Equal(messages.Select(bytes => Encoding.UTF8.GetString(bytes.AsSpan(..^1))), await reading);
        }
        // Everything was returned: exactly the whole can be taken again.
        budget.Take(1 << 20);
        Assert.Throws<VarlinkProtocolException>(() => budget.Take(1));
    }

    [Theory]
    [InlineData("{\"a\":1", "ended within a message")]
    [InlineData("\0", "no JSON object")]
    [InlineData("nonsense\0", "no JSON object")]
    [InlineData("[]\0", "does not begin with '{'")]
    [InlineData("{\"a\":1}}\0", "no JSON object")]
    [InlineData("{\"a\":1}{}\0", "no JSON object")]
    [InlineData("{\"a\":1,\"a\":2}\0", "no JSON object")]
    [InlineData("{\"a\":\"\\ud800\"}\0", "half a surrogate")]
    [InlineData("{\"\\ud800\":1}\0", "half a surrogate")]
    [InlineData("{\"a\":[[[[[[[[[[1]]]]]]]]]]}\0", "no JSON object")]
    public async Task What_is_no_message_is_refused(string text, string reason) =>
        await AssertRefusedAsync(Encoding.UTF8.GetBytes(text), reason);

    [Fact]
    public async Task Invalid_utf8_is_refused_wherever_it_stands()
    {
        var valid = Encoding.UTF8.GetBytes("{\"key\":\"value\"}\0");
        for (var i = 0; i < valid.Length - 1; i++)
        {
            byte[] bytes = [.. valid];
            bytes[i] = 0xff;
            await AssertRefusedAsync(bytes, "not UTF-8");
        }
    }

    [Fact]
    public void Damaged_messages_are_read_or_refused_and_nothing_else_and_keep_no_memory() =>
        Gen.Select(Gen.OneOf(Calls).Array[1, 4], Gen.Select(Gen.Int[0, 400], Gen.Byte, Gen.Int[0, 3]).Array[0, 5], Gen.Int[1, 60]).Sample((calls, damage, piece) =>
        {
            List<byte> bytes = [.. Encoding.UTF8.GetBytes(string.Join('\0', calls) + "\0")];
            foreach ((var at, var value, var how) in damage)
                Damage(bytes, at % (bytes.Count + 1), value, how);
            AssertReadOrRefusedAsync([.. bytes], piece).GetAwaiter().GetResult();
        }, iter: 500);

    [Fact]
    public void Any_bytes_are_read_or_refused_and_nothing_else() => Gen.Byte.Array[0, 200].Sample(
        bytes => AssertReadOrRefusedAsync(bytes, piece: 50).GetAwaiter().GetResult(), iter: 500);

    private static readonly string[] Calls =
    [
        "{\"method\":\"a.b.C\",\"parameters\":{\"x\":[1,-2.5e3,null,true,\"\\u00e4 \\ud83d\\ude00\"]}}",
        "{\"parameters\":{\"deep\":[[[[[[1]]]]]]},\"continues\":true}", "{\"error\":\"a.b.D\",\"parameters\":{\"reason\":\"ü☃\"}}", "{}",
    ];

    private static void Damage(List<byte> bytes, int at, byte value, int how)
    {
        if (how == 0)
            bytes.Insert(at, value);
        else if (how == 1)
            bytes.RemoveRange(at, bytes.Count - at);
        else if (at < bytes.Count && how == 2)
            bytes[at] = value;
        else if (at < bytes.Count)
            bytes.RemoveAt(at);
    }

    private static async Task AssertReadOrRefusedAsync(byte[] bytes, int piece)
    {
        var budget = new ByteBudget(1 << 20);
        using var pair = new Pair();
        using (var reader = new MessageReader(pair.Near, Small, budget))
        {
            // At the same time: a socket holds fewer than three hundred pieces of a byte.
            var sending = SendPiecesAsync(pair.Far, bytes, piece);
            var end = await Record.ExceptionAsync(() => ReadAllAsync(reader).WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.True(end is null or VarlinkProtocolException, end?.ToString());
            pair.Near.Dispose();
            var unsent = await Record.ExceptionAsync(() => sending);
            Assert.True(unsent is null or LinuxException { Errno: Errno.EPIPE or Errno.ECONNRESET }, unsent?.ToString());
        }
        budget.Take(1 << 20);
    }

    private static async Task SendPiecesAsync(UnixConnection connection, byte[] bytes, int piece)
    {
        for (var at = 0; at < bytes.Length; at += piece)
            await connection.SendAsync(bytes.AsMemory(at, Math.Min(piece, bytes.Length - at)));
        connection.Dispose();
    }

    [Fact]
    public async Task A_message_over_the_limit_is_refused_and_one_at_the_limit_is_not()
    {
        await AssertRefusedAsync(Encoding.ASCII.GetBytes(new string(' ', 10_000)), "longer than 8192");
        var fits = "{\"a\":\"" + new string('x', 8192 - 9) + "\"}";
        using var pair = new Pair();
        using var reader = new MessageReader(pair.Near, Small, ByteBudget.Unlimited);
        await pair.Far.SendAsync(Encoding.ASCII.GetBytes(fits + "\0"));
        using var message = await reader.ReadAsync(default);
        Assert.Equal(8192, message!.Root.GetRawText().Length + 1);
    }

    [Fact]
    public async Task A_message_without_an_end_is_given_up_within_the_time_limit()
    {
        using var pair = new Pair();
        using var reader = new MessageReader(pair.Near, Small, ByteBudget.Unlimited);
        await pair.Far.SendAsync("{"u8.ToArray());
        await Assert.ThrowsAsync<VarlinkProtocolException>(() => reader.ReadAsync(default).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task A_document_of_many_small_tokens_is_charged_for_the_memory_it_takes()
    {
        using var pair = new Pair();
        using var reader = new MessageReader(pair.Near, new VarlinkLimits(), new ByteBudget(1 << 20));
        var sending = pair.Far.SendAsync(Encoding.ASCII.GetBytes("{\"a\":[" + string.Concat(Enumerable.Repeat("1,", 60_000)) + "1]}\0")).AsTask();
        await Assert.ThrowsAsync<VarlinkProtocolException>(() => reader.ReadAsync(default).AsTask());
        pair.Near.Dispose();
        await Record.ExceptionAsync(() => sending);
    }

    [Fact]
    public void Descriptors_stay_with_the_message_they_were_sent_with() => Gen.Int[0, 4].Array[1, 10].Sample(
        counts => AssertDescriptorsAsync(counts).GetAwaiter().GetResult(), iter: 200);

    private static async Task AssertDescriptorsAsync(int[] counts)
    {
        using var pair = new Pair();
        using var reader = new MessageReader(pair.Near, Small, ByteBudget.Unlimited);
        using var file = File.OpenHandle("/dev/null");
        foreach (var count in counts)
            await pair.Far.SendAsync("{}\0"u8.ToArray(), [.. Enumerable.Repeat(file, count)]);
        foreach (var count in counts)
        {
            using var message = await reader.ReadAsync(default);
            Assert.Equal(count, message!.Descriptors.Count);
        }
    }

    [Fact]
    public async Task More_descriptors_than_the_limit_are_refused_and_closed()
    {
        using var file = File.OpenHandle("/dev/null");
        var before = Descriptors.Open();
        using (var pair = new Pair())
        using (var reader = new MessageReader(pair.Near, Small, ByteBudget.Unlimited))
        {
            await pair.Far.SendAsync("{"u8.ToArray(), [.. Enumerable.Repeat(file, 3)]);
            await pair.Far.SendAsync("}\0"u8.ToArray(), [.. Enumerable.Repeat(file, 3)]);
            await Assert.ThrowsAsync<VarlinkProtocolException>(() => reader.ReadAsync(default).AsTask());
        }
        using (var pair = new Pair())
        using (var reader = new MessageReader(pair.Near, Small, ByteBudget.Unlimited))
        {
            await pair.Far.SendAsync("{}\0"u8.ToArray(), [.. Enumerable.Repeat(file, 5)]);
            await Assert.ThrowsAsync<VarlinkProtocolException>(() => reader.ReadAsync(default).AsTask());
        }
        await Descriptors.AssertNoMoreThanAsync(before);
    }

    private static async Task AssertRefusedAsync(byte[] bytes, string reason)
    {
        var budget = new ByteBudget(1 << 20);
        using var pair = new Pair();
        using (var reader = new MessageReader(pair.Near, Small, budget))
        {
            await pair.Far.SendAsync(bytes);
            pair.Far.Dispose();
            var e = await Assert.ThrowsAsync<VarlinkProtocolException>(() => reader.ReadAsync(default).AsTask());
            Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        }
        budget.Take(1 << 20);
    }

    private static async Task<List<string>> ReadAllAsync(MessageReader reader)
    {
        var texts = new List<string>();
        while (await reader.ReadAsync(default) is { } message)
        {
            texts.Add(message.Root.GetRawText());
            message.Dispose();
        }
        return texts;
    }
}
