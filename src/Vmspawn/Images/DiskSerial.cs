using Vmspawn.Options;

namespace Vmspawn.Images;

/// <summary>The serial number by which a guest finds a disk.</summary>
internal static class DiskSerial
{
    /// <summary>The file name of <paramref name="path"/> when it fits the device, else the first digits of its SHA-256.</summary>
    public static string For(string path, DiskType type) => throw new NotImplementedException();
}
