using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Images;

/// <summary>Makes the empty qcow2 image that takes the writes of an ephemeral VM.</summary>
internal static class QcowOverlay
{
    /// <summary>Writes an empty qcow2 version 3 image without a backing file name into an empty file.</summary>
    /// <param name="file">An empty file, open for writing.</param>
    /// <param name="virtualSize">Bytes, a multiple of 512, from 512 to 16 TiB: the virtual size of the image below.</param>
    public static void Write(SafeFileHandle file, long virtualSize) => throw new NotImplementedException();
}
