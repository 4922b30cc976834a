using Microsoft.Win32.SafeHandles;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Control.Storage;

/// <summary>How QEMU reads a client's file.</summary>
/// <param name="Format">Its format.</param>
/// <param name="Size">Size of the disk in bytes.</param>
/// <param name="TableSectorSize">Size in bytes of the sectors that its partition table counts in; null where no table was found.</param>
internal readonly record struct DiskContent(ImageFormat Format, long Size, int? TableSectorSize)
{
    /// <summary>Size in bytes of the sectors that a new disk of it has.</summary>
    public int SectorSize => DiskSectors.SizeOf(TableSectorSize, Size);

    /// <summary>
    /// Reads the start of the file. A file of another format that was served as raw bytes would show the guest a broken
    /// disk, and the guest's first write would destroy the image.
    /// </summary>
    /// <param name="file">Open for reading.</param>
    /// <param name="facts">The file's facts.</param>
    /// <param name="requested">The format that the client named, or null.</param>
    /// <param name="write">The guest will write to it.</param>
    /// <exception cref="VmControlException">It cannot be used in this format, or no format was named and it does not look raw.</exception>
    public static DiskContent Of(SafeFileHandle file, DiskFileFacts facts, ImageFormat? requested, bool write)
    {
        if (requested is ImageFormat.Raw)
            return Raw(file, facts);
        var head = Head(file);
        if (requested is ImageFormat.Qcow2)
            return Qcow2(head, facts, write);
        if (QcowHeader.HasMagic(head))
            throw DiskFileFacts.Bad("the file is a qcow2 image (give the format qcow2, or raw to show the guest its bytes as they are)", Errno.EMEDIUMTYPE);
        if (ForeignFormat.Guess(head) is { } guess)
            throw DiskFileFacts.Bad($"the file looks like {guess}, not like a raw disk (give the format raw to show the guest its bytes as they are)", Errno.EMEDIUMTYPE);
        return Raw(file, facts);
    }

    private static DiskContent Raw(SafeFileHandle file, DiskFileFacts facts)
    {
        try
        {
            return new DiskContent(ImageFormat.Raw, facts.Size, DiskSectors.OfTable(new FileBytes(file, facts.Size)));
        }
        catch (IOException error)
        {
            throw DiskFileFacts.Bad($"its partition table cannot be read: {FailureReason.Of(error)}", Errno.EIO);
        }
    }

    private static DiskContent Qcow2(ReadOnlySpan<byte> head, DiskFileFacts facts, bool write)
    {
        if (facts.IsBlockDevice)
            throw DiskFileFacts.Bad("a qcow2 image must be a regular file, and this is a block device", Errno.EMEDIUMTYPE);
        if (!QcowHeader.HasMagic(head))
            throw DiskFileFacts.Bad("the file is no qcow2 image", Errno.EMEDIUMTYPE);
        if (QcowHeader.Parse(head, out var error) is not { } header)
            throw DiskFileFacts.Bad($"the file cannot be used as qcow2: {error}", Errno.EMEDIUMTYPE);
        if (QcowChecks.Refusal(header, write) is { } refusal)
            throw DiskFileFacts.Bad($"the image {refusal.Text}", Errno.EMEDIUMTYPE);
        if (header.BackingName is { } below)
        {
            throw DiskFileFacts.Bad(
                $"the image has a backing file, {below}, and only the image itself was handed over (qemu-img convert -O qcow2 makes one file of them)",
                Errno.EMEDIUMTYPE);
        }

        return new DiskContent(ImageFormat.Qcow2, header.VirtualSize, TableSectorSize: null);
    }

    private static ReadOnlySpan<byte> Head(SafeFileHandle file)
    {
        try
        {
            var head = new byte[QcowHeader.Window];
            return head.AsSpan(0, RandomAccess.Read(file, head, 0));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw DiskFileFacts.Bad($"the start of the file cannot be read to find its format ({error.Message}; give the format)", Errno.EIO);
        }
    }
}
