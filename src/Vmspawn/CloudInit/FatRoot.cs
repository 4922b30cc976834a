using System.Buffers.Binary;
using System.Text;
using Vmspawn.Images.Fat;

namespace Vmspawn.CloudInit;

/// <summary>Writes the entries of a FAT root directory: each file has a long name and a generated short one.</summary>
internal sealed class FatRoot(Memory<byte> entries)
{
    private const int EntrySize = 32;
    private const int CharactersPerEntry = 13;
    private const byte LongName = 0x0f;
    private const byte LastLongEntry = 0x40;

    /// <summary>The offsets of a long name's characters in an entry.</summary>
    private static readonly int[] Places = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

    private int _count;
    private int _files;

    public void AddLabel(string label, byte attribute, ushort date) =>
        WriteShort(Encoding.ASCII.GetBytes(label.PadRight(11)), attribute, date, 0, 0);

    public void AddFile(string name, byte attribute, ushort date, int cluster, int size)
    {
        var shortName = Encoding.ASCII.GetBytes($"FILE~{++_files}".PadRight(11));
        WriteLong(name, FatDirectory.Checksum(shortName));
        WriteShort(shortName, attribute, date, cluster, size);
    }

    /// <summary>The last part of the name comes first and is flagged as the last.</summary>
    private void WriteLong(string name, byte checksum)
    {
        var parts = (name.Length + CharactersPerEntry - 1) / CharactersPerEntry;
        for (var part = parts; part > 0; part--)
        {
            var entry = Next();
            entry[0] = (byte)(part | (part == parts ? LastLongEntry : 0));
            entry[11] = LongName;
            entry[13] = checksum;
            for (var i = 0; i < CharactersPerEntry; i++)
            {
                var at = (part - 1) * CharactersPerEntry + i;
                var character = at < name.Length ? name[at] : at == name.Length ? '\0' : '\uffff';
                BinaryPrimitives.WriteUInt16LittleEndian(entry[Places[i]..], character);
            }
        }
    }

    private void WriteShort(ReadOnlySpan<byte> name, byte attribute, ushort date, int cluster, int size)
    {
        var entry = Next();
        name.CopyTo(entry);
        entry[11] = attribute;
        BinaryPrimitives.WriteUInt16LittleEndian(entry[16..], date);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[18..], date);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[24..], date);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[26..], (ushort)cluster);
        BinaryPrimitives.WriteInt32LittleEndian(entry[28..], size);
    }

    private Span<byte> Next() => entries.Span.Slice(_count++ * EntrySize, EntrySize);
}
