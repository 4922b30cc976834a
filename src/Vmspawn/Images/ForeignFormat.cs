using System.Buffers.Binary;

namespace Vmspawn.Images;

/// <summary>Recognises files that are hardly the bytes of a disk, though nothing forbids a disk to start like this.</summary>
internal static class ForeignFormat
{
    private const int VdiSignatureOffset = 0x40;
    private const uint VdiSignature = 0xbeda107f;

    /// <summary>What a file looks like, in words that follow "it looks like"; null for nothing known.</summary>
    public static string? Guess(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("KDMV"u8) || head.StartsWith("# Disk DescriptorFile"u8))
            return "a VMDK image";
        if (head.Length >= VdiSignatureOffset + 4
            && BinaryPrimitives.ReadUInt32LittleEndian(head[VdiSignatureOffset..]) == VdiSignature)
        {
            return "a VDI image";
        }

        if (head.StartsWith("vhdxfile"u8))
            return "a VHDX image";
        if (head.StartsWith("conectix"u8))
            return "a VHD image";
        if (head.StartsWith("QED\0"u8))
            return "a QED image";
        return Compression.Guess(head) is { } program ? $"a {program} file" : null;
    }
}
