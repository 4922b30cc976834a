namespace Vmspawn.Images;

/// <summary>Which bytes of an image QEMU locks, and what they mean.</summary>
/// <remarks>
/// block/file-posix.c of QEMU: byte 100 + N is locked by whoever uses permission N, byte 200 + N by whoever lets nobody else use it.
/// Permissions: 0 consistent read, 1 write, 3 resize. A disk of a guest lets nobody else write.
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

    /// <summary>The bytes that nobody else may have locked when a guest is to use the image.</summary>
    public static ReadOnlySpan<long> Conflicting(bool write) => write ? AgainstWriting : AgainstReading;
}
