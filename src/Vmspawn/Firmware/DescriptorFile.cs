using Vmspawn.Images;
using Vmspawn.Linux;

namespace Vmspawn.Firmware;

/// <summary>Reads a descriptor from its file.</summary>
internal static class DescriptorFile
{
    // Real descriptors have about 800 bytes.
    private const int LongestFile = 1 << 20;

    /// <summary>The descriptor, or null with the reason, without a full stop.</summary>
    public static FirmwareDescriptor? Read(string path, out string? error)
    {
        try
        {
            using var file = OpenFile.Open(path, writable: false);
            error = FileFacts.Of(file) switch
            {
                { Kind: not FileKind.Regular } => "it is not a regular file",
                { Size: > LongestFile } => "it is larger than 1 MiB, which no firmware descriptor is",
                _ => null,
            };
            if (error is not null)
                return null;
            var content = new byte[FileFacts.Of(file).Size];
            var length = RandomAccess.Read(file, content, 0);
            return DescriptorReader.Read(path, content.AsMemory(0, length), out error);
        }
        catch (LinuxException e)
        {
            error = e.Errno == Errno.ENOENT ? "there is no such file" : e.Text();
        }
        catch (IOException e)
        {
            error = FailureReason.Of(e);
        }

        return null;
    }
}
