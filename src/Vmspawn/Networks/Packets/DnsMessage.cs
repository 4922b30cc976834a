using System.Buffers.Binary;
using System.Text;

namespace Vmspawn.Networks.Packets;

/// <summary>Answers DNS queries (RFC 1035) about the machines of the network. Every other name is refused, so that a guest asks its other servers.</summary>
internal static class DnsMessage
{
    public const ushort Port = 53;

    private const int HeaderSize = 12;
    private const int LongestName = 255;
    private const int LongestLabel = 63;

    /// <summary>Short, because machines join and leave.</summary>
    private const uint Seconds = 5;

    private const ushort Internet = 1;
    private const string Reverse = ".in-addr.arpa";

    private enum Code
    {
        Done = 0,
        Malformed = 1,
        NoSuchName = 3,
        NotImplemented = 4,
        Refused = 5,
    }

    private enum Kind : ushort
    {
        Address = 1,
        Pointer = 12,
        Any = 255,
    }

    /// <summary>The answer, or null for what is no query.</summary>
    public static byte[]? Answer(ReadOnlySpan<byte> query, NetworkFacts network)
    {
        const int Response = 0x80, OpCode = 0x78;
        if (query.Length < HeaderSize || (query[2] & Response) != 0)
            return null;
        if ((query[2] & OpCode) != 0)
            return Write(query, [], Code.NotImplemented, []);
        if (BinaryPrimitives.ReadUInt16BigEndian(query[4..]) != 1 || ReadQuestion(query[HeaderSize..]) is not var (name, kind, size))
            return Write(query, [], Code.Malformed, []);
        var question = query.Slice(HeaderSize, size);
        if (kind is null)
            return Write(query, question, Code.Refused, []);
        var (code, data, type) = name.EndsWith(Reverse, StringComparison.OrdinalIgnoreCase) ? FindName(name[..^Reverse.Length], network) : FindAddress(name, network);
        return Write(query, question, code, data.Length > 0 && (kind == type || kind == Kind.Any) ? Record(type, data) : []);
    }

    private static (Code Code, byte[] Data, Kind Type) FindAddress(string name, NetworkFacts network)
    {
        var isInside = name.EndsWith($".{network.Name}", StringComparison.OrdinalIgnoreCase);
        if ((network.AddressOf(name) ?? (isInside ? network.AddressOf(name[..^(network.Name.Length + 1)]) : null)) is { } address)
        {
            var data = new byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(data, address);
            return (Code.Done, data, Kind.Address);
        }

        return (isInside ? Code.NoSuchName : Code.Refused, [], Kind.Address);
    }

    private static (Code Code, byte[] Data, Kind Type) FindName(string reversed, NetworkFacts network)
    {
        var address = 0u;
        var parts = reversed.Split('.');
        for (var i = parts.Length - 1; i >= 0; i--)
        {
            if (parts.Length != 4 || !byte.TryParse(parts[i], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var part))
                return (Code.Refused, [], Kind.Pointer);
            address = address << 8 | part;
        }

        if (!network.Contains(address))
            return (Code.Refused, [], Kind.Pointer);
        return network.NameOf(address) is { } name && name.Split('.').All(label => label.Length <= LongestLabel) ? (Code.Done, EncodeName($"{name}.{network.Name}"), Kind.Pointer) : (Code.NoSuchName, [], Kind.Pointer);
    }

    private static byte[] EncodeName(string name) =>
        [.. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];

    /// <summary>The name, the type (null for another class than the Internet's), and the question's size; null for what is malformed.</summary>
    private static (string Name, Kind? Kind, int Size)? ReadQuestion(ReadOnlySpan<byte> bytes)
    {
        var labels = new List<string>();
        var at = 0;
        while (at < bytes.Length && at < LongestName && bytes[at] != 0)
        {
            var size = bytes[at];
            // The two upper bits are those of a pointer, which a question has no need for.
            if (size > LongestLabel || at + 1 + size >= bytes.Length)
                return null;
            labels.Add(Encoding.ASCII.GetString(bytes.Slice(at + 1, size)));
            at += 1 + size;
        }

        if (at >= LongestName || at + 5 > bytes.Length || bytes[at] != 0)
            return null;
        var kind = (Kind)BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 1)..]);
        var isInternet = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 3)..]) == Internet;
        return (string.Join('.', labels), isInternet ? kind : null, at + 5);
    }

    private static byte[] Record(Kind type, byte[] data)
    {
        var record = new byte[12 + data.Length];
        // The name is that of the question.
        BinaryPrimitives.WriteUInt16BigEndian(record, 0xc000 | HeaderSize);
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(2), (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(4), Internet);
        BinaryPrimitives.WriteUInt32BigEndian(record.AsSpan(6), Seconds);
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(10), (ushort)data.Length);
        data.CopyTo(record, 12);
        return record;
    }

    private static byte[] Write(ReadOnlySpan<byte> query, ReadOnlySpan<byte> question, Code code, byte[] record)
    {
        var answer = new byte[HeaderSize + question.Length + record.Length];
        query[..2].CopyTo(answer);
        // A response with authority; "recursion desired" is repeated, and clients expect "recursion available".
        answer[2] = (byte)(0x84 | query[2] & 0x79);
        answer[3] = (byte)(0x80 | (int)code);
        answer[5] = (byte)(question.IsEmpty ? 0 : 1);
        answer[7] = (byte)(record.Length == 0 ? 0 : 1);
        question.CopyTo(answer.AsSpan(HeaderSize));
        record.CopyTo(answer, HeaderSize + question.Length);
        return answer;
    }
}
