namespace Vmspawn.Images;

/// <summary>The bytes of an image that QEMU locks.</summary>
/// <remarks>
/// block/file-posix.c of QEMU: byte 100 + N is locked by a process that uses permission N, byte 200 + N by one that does not share it.
/// Permissions: 0 consistent read, 1 write, 3 resize. A guest's disk does not share write.
/// </remarks>
internal static class QemuLockBytes
{
    public const long Writes = 101;
    public const long Resizes = 103;
    public const long NoOtherReads = 200;
    public const long NoOtherWrites = 201;
    public const long NoOtherResizes = 203;

    private static readonly long[] AgainstReading = [Writes, Resizes, NoOtherReads];
    private static readonly long[] AgainstWriting = [Writes, Resizes, NoOtherReads, NoOtherWrites, NoOtherResizes];

    /// <summary>The bytes whose locks prevent a guest from using the image.</summary>
    public static ReadOnlySpan<long> Conflicting(bool write) => write ? AgainstWriting : AgainstReading;
}
