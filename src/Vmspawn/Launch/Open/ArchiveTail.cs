using Microsoft.Win32.SafeHandles;
using Vmspawn.Images;

namespace Vmspawn.Launch;

/// <summary>Adds one more archive to an initrd.</summary>
internal static class ArchiveTail
{
    public static void Append(SafeFileHandle file, ReadOnlySpan<byte> archive)
    {
        if (archive.Length > 0)
            RandomAccess.Write(file, archive, InitrdFacts.Aligned(RandomAccess.GetLength(file)));
    }
}
