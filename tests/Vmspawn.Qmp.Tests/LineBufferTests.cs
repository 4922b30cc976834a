using System.Diagnostics;
using System.Text;
using CsCheck;

namespace Vmspawn.Qmp.Tests;

public class LineBufferTests
{
    // Few different bytes, so that line ends of all sorts come often.
    private static readonly Gen<byte[]> Stream = Gen.OneOf((byte)'a', (byte)'b', (byte)'\r', (byte)'\n', (byte)0xff).Array[0, 200];

    [Fact]
    public void Lines_are_the_same_however_the_bytes_are_cut() =>
        Gen.Select(Stream, Gen.Int[1, 20].Array[1, 20]).Sample((bytes, cuts) =>
            Assert.Equal(NaiveLines(bytes), Lines(bytes, cuts, limit: 1000)));

    [Fact]
    public void A_line_up_to_the_limit_is_taken_and_a_longer_one_refused_with_any_line_end() =>
        Gen.Select(Gen.Int[0, 300], Gen.OneOf("\n", "\r\n"), Gen.Int[1, 40].Array[1, 10]).Sample((length, end, cuts) =>
        {
            var bytes = Encoding.ASCII.GetBytes(new string('x', length) + end);
            if (length <= 256)
                Assert.Equal([new string('x', length)], Lines(bytes, cuts, limit: 256));
            else
                Assert.Throws<QmpProtocolFault>(() => { Lines(bytes, cuts, limit: 256); });
        });

    [Fact]
    public void An_endless_line_is_refused_before_it_takes_more_memory_than_the_limit()
    {
        const int limit = 100_000;
        var lines = new LineBuffer(limit);
        var total = 0;
        Assert.Throws<QmpProtocolFault>(FeedEndlessly);
        Assert.InRange(total, limit + 1, limit + 3);
        Assert.InRange(lines.Capacity, limit, limit + 3);

        void FeedEndlessly()
        {
            while (total < limit * 10)
            {
                var room = lines.Room();
                room.Span.Fill((byte)'x');
                total += room.Length;
                lines.Received(room.Length);
                lines.TryTakeLine(out _);
            }
        }
    }

    [Fact]
    public void A_large_message_leaves_no_large_buffer_behind()
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)'x', 1_000_000), (byte)'\n'];
        var lines = new LineBuffer(2_000_000);
        Feed(lines, bytes, [4096], _ => { });
        lines.Room();
        Assert.InRange(lines.Capacity, 1, 4096);
    }

    [Fact]
    public void A_long_line_in_small_pieces_takes_linear_time()
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)'x', 8 << 20), (byte)'\n'];
        var start = Stopwatch.GetTimestamp();
        var count = 0;
        Feed(new LineBuffer(16 << 20), bytes, [64], _ => count++);
        Assert.Equal(1, count);
        // Scanning from the start each time would be half a terabyte of looking.
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 5);
    }

    private static List<string> Lines(byte[] bytes, int[] cuts, int limit)
    {
        var found = new List<string>();
        Feed(new LineBuffer(limit), bytes, cuts, line => found.Add(Encoding.Latin1.GetString(line)));
        return found;
    }

    private delegate void TakeLine(ReadOnlySpan<byte> line);

    private static void Feed(LineBuffer lines, ReadOnlySpan<byte> bytes, int[] cuts, TakeLine take)
    {
        for (var at = 0; bytes.Length > 0; at++)
        {
            var room = lines.Room();
            var count = Math.Min(Math.Min(cuts[at % cuts.Length], room.Length), bytes.Length);
            bytes[..count].CopyTo(room.Span);
            bytes = bytes[count..];
            lines.Received(count);
            while (lines.TryTakeLine(out var line))
                take(line);
        }
    }

    private static IEnumerable<string> NaiveLines(byte[] bytes)
    {
        var parts = Encoding.Latin1.GetString(bytes).Split('\n');
        return parts[..^1].Select(part => part.EndsWith('\r') ? part[..^1] : part);
    }
}
