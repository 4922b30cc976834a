using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Launch;

/// <summary>Adds one more archive to an initrd.</summary>
internal static class ArchiveTail
{
    /// <summary>Where the kernel looks for it, as in <see cref="Images.InitrdFacts"/>.</summary>
    private const int Alignment = 4;

    public static void Append(SafeFileHandle file, ReadOnlySpan<byte> archive)
    {
        if (archive.Length > 0)
            RandomAccess.Write(file, archive, (RandomAccess.GetLength(file) + Alignment - 1) / Alignment * Alignment);
    }
}
