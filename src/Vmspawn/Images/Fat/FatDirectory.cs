using System.Buffers.Binary;
using System.Text;

namespace Vmspawn.Images.Fat;

/// <summary>Parses the entries of a directory.</summary>
internal static class FatDirectory
{
    /// <summary>The maximum size of a directory: 65536 entries of 32 bytes.</summary>
    public const int MostBytes = 2 << 20;

    private const int EntryLength = 32;
    private const byte End = 0;
    private const byte Deleted = 0xe5;
    private const byte EscapedDeleted = 5;
    private const int VolumeLabel = 8;
    private const int Directory = 0x10;
    private const int LongName = 0xf;
    private const int LongNameUnits = 13;
    private const int LastLongName = 0x40;
    private const int MostLongNameEntries = 20;
    private const int LowerBase = 8;
    private const int LowerExtension = 0x10;

    /// <summary>Accepts any bytes; invalid entries are skipped.</summary>
    public static List<FatEntry> Parse(ReadOnlySpan<byte> bytes)
    {
        var entries = new List<FatEntry>();
        var longName = new char[MostLongNameEntries * LongNameUnits];
        var expected = 0;
        byte checksum = 0;
        for (; bytes.Length >= EntryLength && bytes[0] != End; bytes = bytes[EntryLength..])
        {
            var entry = bytes[..EntryLength];
            if (entry[0] != Deleted && (entry[11] & 0x3f) == LongName)
            {
                expected = TakePart(entry, longName, expected, ref checksum);
                continue;
            }

            var hasLongName = expected == 1 && checksum == Checksum(entry[..11]);
            expected = 0;
            if (entry[0] == Deleted || (entry[11] & VolumeLabel) != 0 || entry[0] == '.')
                continue;
            var shortName = ShortName(entry);
            entries.Add(new FatEntry(
                hasLongName ? Ended(longName) : shortName,
                shortName,
                (entry[11] & Directory) != 0,
                ((uint)BinaryPrimitives.ReadUInt16LittleEndian(entry[20..]) << 16) | BinaryPrimitives.ReadUInt16LittleEndian(entry[26..]),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[28..])));
        }

        return entries;
    }

    // The parts of a long name precede the entry, last part first, numbered down to 1. Returns the number of this part, 0 for an unexpected one.
    private static int TakePart(ReadOnlySpan<byte> entry, char[] name, int before, ref byte checksum)
    {
        var number = entry[0] & ~LastLongName;
        var isLast = (entry[0] & LastLongName) != 0;
        if (number is 0 or > MostLongNameEntries || (!isLast && (number != before - 1 || entry[13] != checksum)))
            return 0;
        if (isLast)
        {
            checksum = entry[13];
            Array.Clear(name);
        }

        var part = name.AsSpan((number - 1) * LongNameUnits, LongNameUnits);
        Copy(entry.Slice(1, 10), part);
        Copy(entry.Slice(14, 12), part[5..]);
        Copy(entry.Slice(28, 4), part[11..]);
        return number;
    }

    private static void Copy(ReadOnlySpan<byte> from, Span<char> to)
    {
        for (var i = 0; i < from.Length; i += 2)
            to[i / 2] = (char)BinaryPrimitives.ReadUInt16LittleEndian(from[i..]);
    }

    private static string Ended(ReadOnlySpan<char> name)
    {
        var end = name.IndexOf('\0');
        return (end < 0 ? name : name[..end]).ToString();
    }

    /// <summary>The checksum of a short name, which the entries of its long name contain.</summary>
    public static byte Checksum(ReadOnlySpan<byte> shortName)
    {
        byte sum = 0;
        foreach (var value in shortName)
            sum = (byte)(((sum & 1) << 7) + (sum >> 1) + value);
        return sum;
    }

    private static string ShortName(ReadOnlySpan<byte> entry)
    {
        var name = Encoding.Latin1.GetString(entry[..8]).TrimEnd(' ');
        var extension = Encoding.Latin1.GetString(entry.Slice(8, 3)).TrimEnd(' ');
        if (entry[0] == EscapedDeleted)
            name = (char)Deleted + name[1..];
        if ((entry[12] & LowerBase) != 0)
            name = name.ToLowerInvariant();
        if ((entry[12] & LowerExtension) != 0)
            extension = extension.ToLowerInvariant();
        return extension.Length == 0 ? name : $"{name}.{extension}";
    }
}

/// <summary>An entry of a directory.</summary>
/// <param name="Name">The long name if there is one, else the short one.</param>
/// <param name="ShortName">The short name, which also finds the file.</param>
/// <param name="IsDirectory">A directory, else a file.</param>
/// <param name="Cluster">Its first cluster; 0 for an empty file.</param>
/// <param name="Length">Bytes of a file; 0 for a directory.</param>
internal sealed record FatEntry(string Name, string ShortName, bool IsDirectory, uint Cluster, uint Length);

/// <summary>A FAT file system is inconsistent.</summary>
internal sealed class FatException(string reason) : IOException(reason);
