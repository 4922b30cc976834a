using System.Text;
using CsCheck;
using Vmspawn.Control.MonitorShare;

namespace Vmspawn.Tests.Control;

public class QmpShareFrameReaderTests
{
    [Fact]
    public void Any_split_of_any_bytes_gives_the_same_pieces()
    {
        var alphabet = Gen.OneOf(
            Pick("{", "}", "[", "]", "\"", "'", "\\", ",", ":", " ", "\n", "\r\n", "\t", "a", "tru", "-1.5e3", "é", "!").Select(Encoding.UTF8.GetBytes),
            Pick("{\"execute\":\"a\"}", "{\"a}\":[1,{\"b\":\"]\"}]}", "\"x\\\"y\"").Select(Encoding.UTF8.GetBytes),
            Gen.Byte.Select(one => new[] { one }));
        Gen.Select(alphabet.Array[0, 60], Gen.Int[1, 9].Array[1, 20]).Sample((parts, sizes) =>
        {
            byte[] bytes = [.. parts.SelectMany(part => part)];
            Assert.Equal(Cut(bytes, [bytes.Length + 1]), Cut(bytes, sizes));
        });
    }

    [Fact]
    public void A_command_is_found_with_any_split_in_two_and_with_or_without_a_line_end()
    {
        var bytes = "{\"execute\":\n \"a{[\\\"\",\"id\":[[{}]]}{\"execute\":\"b\"}\r\n{\"execute\":\"c\"}"u8.ToArray();
        for (var split = 1; split < bytes.Length; split++)
        {
            Assert.Equal(
                ["Value {\"execute\":\n \"a{[\\\"\",\"id\":[[{}]]}", "Value {\"execute\":\"b\"}", "Value {\"execute\":\"c\"}"],
                Cut(bytes, [split, bytes.Length]));
        }
    }

    [Theory]
    [InlineData("hello world\n{}", "Value hello", "Value world", "Value {}")]
    [InlineData("{\"execute\":\"a\nb\"}{}", "Stray {\"execute\":\"a\n", "Value b", "Stray \"}{}")]
    [InlineData("}{}", "Stray }", "Value {}")]
    [InlineData("!!! oh {}", "Stray !", "Value {}")]
    [InlineData("5 ,{}", "Value 5", "Stray ,", "Value {}")]
    [InlineData("{\"a\":!{}", "Stray {\"a\":!", "Value {}")]
    public void After_invalid_input_the_reader_continues_with_the_next_value(string text, params string[] pieces) =>
        Assert.Equal(pieces, Cut(Encoding.UTF8.GetBytes(text + "\n"), [100]).Select(piece => piece.TrimEnd('\n') + (piece.EndsWith("a\n", StringComparison.Ordinal) ? "\n" : "")));

    [Fact]
    public void The_byte_ff_discards_an_unfinished_value()
    {
        foreach (var begun in new[] { "{\"a\":", "{\"a", "[[[", "'", "tru", "{\"a\\" })
        {
            byte[] bytes = [.. Encoding.UTF8.GetBytes(begun), 0xff, .. "\n{\"execute\":\"a\"}"u8];
            Assert.Equal("Value {\"execute\":\"a\"}", Cut(bytes, [100])[^1]);
        }
    }

    [Theory]
    [InlineData(1024, "Value")]
    [InlineData(1025, "TooDeep")]
    public void Nesting_is_limited_as_in_QEMU(int depth, string kind) =>
        Assert.StartsWith(kind, Cut(Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth)), [7])[0]);

    [Fact]
    public void A_value_without_an_end_is_refused_at_the_limit_in_bounded_memory()
    {
        foreach (var begun in new[] { "{\"a\":\"", "{", "x", "\"", "[[" })
        {
            var reader = new QmpShareFrameReader(limit: 5000);
            Encoding.UTF8.GetBytes(begun).CopyTo(reader.Room());
            reader.Added(begun.Length);
            var rounds = 0;
            for (; reader.Next(out _) is QmpSharePiece.None; rounds++)
            {
                var room = reader.Room();
                Assert.InRange(room.Length, 1, 20_000);
                room.Span.Fill((byte)'x');
                reader.Added(Math.Min(room.Length, 100));
            }

            Assert.InRange(rounds, 49, 51);
        }
    }

    private static Gen<string> Pick(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(index => texts[index]);

    private static List<string> Cut(byte[] bytes, int[] sizes)
    {
        var reader = new QmpShareFrameReader(limit: 100_000);
        var pieces = new List<string>();
        for (int at = 0, turn = 0; at < bytes.Length; turn++)
        {
            var room = reader.Room();
            var count = Math.Min(Math.Min(sizes[turn % sizes.Length], room.Length), bytes.Length - at);
            bytes.AsSpan(at, count).CopyTo(room.Span);
            reader.Added(count);
            at += count;
            while (reader.Next(out var piece) is not QmpSharePiece.None and QmpSharePiece found)
                pieces.Add($"{found} {Encoding.UTF8.GetString(piece.Span)}");
        }

        return pieces;
    }
}
