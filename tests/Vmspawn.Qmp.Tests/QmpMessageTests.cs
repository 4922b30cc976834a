using System.Text;
using System.Text.Json;
using CsCheck;

namespace Vmspawn.Qmp.Tests;

public class QmpMessageTests
{
    private static readonly string[] Valid =
    [
        ScriptedPeer.Greeting.TrimEnd(),
        """{"return": {"running": true, "status": "running"}, "id": 17}""",
        """{"return": [], "id": "x"}""",
        """{"id": 3, "error": {"class": "GenericError", "desc": "no \"such\" \u00e4"}}""",
        """{"timestamp": {"seconds": 1700000000, "microseconds": 5}, "event": "STOP"}""",
        """{"event": "DEVICE_DELETED", "data": {"device": "d", "path": "/m"}, "timestamp": {"seconds": 1, "microseconds": 2}}""",
    ];

    public static TheoryData<string> WrongShapes => new(
        "", "x", "[]", "1", "null", "\"a\"", "{}", """{"id": 1}""", """{"data": {}}""", """{"return": 1, "error": {}}""",
        """{"event": 1}""", """{"event": null}""", """{"event": "\ud800"}""", """{"return": 1} x""", """{"return": 1}{"return": 2}""",
        """{"return": 1,}""", """{'return': 1}""", """{"return": 01}""", """{"return": "a""", """{"return": }""", "{\"return\": \"\t\"}", "\0",
        """{"event": "A", "event": "B"}""");

    [Fact]
    public void Kinds_ids_and_bodies_are_distinguished_in_any_order()
    {
        Assert.Equal((QmpMessageKind.Greeting, ""), KindAndId(Valid[0]));
        Assert.Equal((QmpMessageKind.Return, "17"), KindAndId(Valid[1]));
        Assert.Equal((QmpMessageKind.Return, "\"x\""), KindAndId(Valid[2]));
        Assert.Equal((QmpMessageKind.Error, "3"), KindAndId(Valid[3]));
        Assert.Equal((QmpMessageKind.Event, ""), KindAndId(Valid[4]));
        var happened = QmpMessage.Read(Encoding.UTF8.GetBytes(Valid[5]));
        Assert.Equal("DEVICE_DELETED", happened.EventName);
        Assert.Equal("d", happened.Value().GetProperty("device").GetString());
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(1).AddMicroseconds(2), happened.Timestamp);
    }

    [Theory, MemberData(nameof(WrongShapes))]
    public void An_invalid_message_is_a_protocol_fault(string text) => Assert.Throws<QmpProtocolFault>(() => KindAndId(text));

    [Fact]
    public void Invalid_utf8_is_a_fault()
    {
        var bytes = Encoding.Latin1.GetBytes("{\"return\": \"\xff\xfe\", \"id\": 1}");
        Assert.Contains("UTF-8", Assert.Throws<QmpProtocolFault>(() => Kind(bytes)).Message);
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1023, true)]
    [InlineData(1024, false)]
    [InlineData(1_000_000, false)]
    public void Nesting_is_read_as_deep_as_qemu_goes_and_refused_beyond(int depth, bool isRead)
    {
        var bytes = Encoding.ASCII.GetBytes($$"""{"return": {{new string('[', depth)}}{{new string(']', depth)}}, "id": 1}""");
        if (isRead)
            Assert.Equal(QmpMessageKind.Return, Kind(bytes));
        else
            Assert.Throws<QmpProtocolFault>(() => Kind(bytes));
    }

    [Theory]
    [InlineData("""{"seconds": -1, "microseconds": -1}""")]
    [InlineData("""{"seconds": 1e300, "microseconds": 0}""")]
    [InlineData("""{"seconds": 9223372036854775807, "microseconds": 0}""")]
    [InlineData("""{"seconds": 1}""")]
    [InlineData("\"now\"")]
    [InlineData("[]")]
    public void An_event_with_an_unknown_time_is_still_an_event(string time)
    {
        var happened = QmpMessage.Read(Encoding.UTF8.GetBytes($$"""{"event": "STOP", "timestamp": {{time}}}"""));
        Assert.Equal("STOP", happened.EventName);
        Assert.Null(happened.Timestamp);
    }

    [Fact]
    public void Damaged_messages_are_read_or_are_a_fault_and_nothing_else() =>
        Gen.Select(Gen.OneOf(Valid), Gen.Select(Gen.Int[0, 200], Gen.Byte, Gen.Int[0, 3]).Array[1, 5]).Sample((text, damage) =>
        {
            List<byte> bytes = [.. Encoding.UTF8.GetBytes(text)];
            foreach ((var at, var value, var how) in damage)
                Damage(bytes, at % (bytes.Count + 1), value, how);
            ReadOrFault([.. bytes]);
        });

    [Fact]
    public void Any_bytes_are_read_or_are_a_fault_and_nothing_else() => Gen.Byte.Array[0, 100].Sample(ReadOrFault);

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

    private static void ReadOrFault(byte[] bytes)
    {
        try
        {
            var message = QmpMessage.Read(bytes);
            if (!message.Body.IsEmpty)
                message.Value();
        }
        catch (QmpProtocolFault)
        {
            // One of the two outcomes.
        }
    }

    private static QmpMessageKind Kind(byte[] bytes)
    {
        var message = QmpMessage.Read(bytes);
        Assert.NotEqual(JsonValueKind.Undefined, message.Value().ValueKind);
        return message.Kind;
    }

    private static (QmpMessageKind Kind, string Id) KindAndId(string text)
    {
        var message = QmpMessage.Read(Encoding.UTF8.GetBytes(text));
        return (message.Kind, Encoding.UTF8.GetString(message.Id));
    }
}
