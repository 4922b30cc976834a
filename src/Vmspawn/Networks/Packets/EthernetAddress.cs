using System.Buffers.Binary;
using System.Globalization;

namespace Vmspawn.Networks.Packets;

/// <summary>A MAC address.</summary>
/// <param name="Value">Its 48 bits.</param>
internal readonly record struct EthernetAddress(ulong Value)
{
    public const int Size = 6;

    public static EthernetAddress Broadcast { get; } = new(0xffff_ffff_ffff);

    /// <summary>Broadcast or multicast.</summary>
    public bool IsGroup => (Value >> 40 & 1) != 0;

    public static EthernetAddress Read(ReadOnlySpan<byte> from) =>
        new((ulong)BinaryPrimitives.ReadUInt16BigEndian(from) << 32 | BinaryPrimitives.ReadUInt32BigEndian(from[2..]));

    /// <summary>Parses <c>52:54:00:12:34:56</c>; null for anything else.</summary>
    public static EthernetAddress? Parse(string text)
    {
        var parts = text.Split(':');
        if (parts.Length != Size)
            return null;
        var value = 0UL;
        foreach (var part in parts)
        {
            if (part.Length != 2 || !byte.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits))
                return null;
            value = value << 8 | bits;
        }

        return new EthernetAddress(value);
    }

    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)(Value >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(to[2..], (uint)Value);
    }

    public override string ToString()
    {
        var value = Value;
        return string.Join(':', Enumerable.Range(0, Size).Select(i => ((byte)(value >> (40 - (8 * i)))).ToString("x2", CultureInfo.InvariantCulture)));
    }
}
