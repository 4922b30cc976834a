using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Images;

/// <summary>A disk image, open while it is looked at.</summary>
internal sealed class ImageFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private ImageFile(string path, SafeFileHandle handle, long size, bool isBlockDevice, FileIdentity identity)
    {
        Path = path;
        _handle = handle;
        Size = size;
        IsBlockDevice = isBlockDevice;
        Identity = identity;
    }

    public string Path { get; }

    /// <summary>Bytes, more than 0.</summary>
    public long Size { get; }

    public bool IsBlockDevice { get; }

    public FileIdentity Identity { get; }

    /// <summary>Opens an image, or gives the reason why not.</summary>
    /// <param name="subject">What the problems are about.</param>
    /// <param name="path">Its path.</param>
    /// <param name="write">It will be written to, so that it must be possible.</param>
    /// <param name="problems">Receives the reason.</param>
    public static ImageFile? Open(string subject, string path, bool write, List<Problem> problems)
    {
        try
        {
            if (Directory.Exists(path))
                return Fail("image-directory", "it is a directory, not an image", "booting from a directory (-D) is not there yet");
            var handle = File.OpenHandle(
                path, FileMode.Open, write ? FileAccess.ReadWrite : FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var size = RandomAccess.GetLength(handle);
            if (size > 0)
                return new ImageFile(path, handle, size, isBlockDevice: false, Identify(handle));
            handle.Dispose();
            return Fail("image-empty", "the file is empty", null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Fail("image-missing", "there is no such file", null);
        }
        catch (UnauthorizedAccessException)
        {
            return Fail("image-unreadable", "it may not be read by this user", null);
        }
        catch (IOException e)
        {
            return Fail("image-unreadable", $"it cannot be opened: {e.Message}", null);
        }

        ImageFile? Fail(string code, string text, string? hint)
        {
            problems.Add(new Problem(code, subject, text, hint));
            return null;
        }
    }

    private static FileIdentity Identify(SafeFileHandle handle)
    {
        ulong mount = 0, inode = 0;
        foreach (var line in File.ReadLines($"/proc/self/fdinfo/{handle.DangerousGetHandle()}"))
        {
            if (line.StartsWith("mnt_id:", StringComparison.Ordinal))
                mount = ulong.Parse(line.AsSpan("mnt_id:".Length));
            if (line.StartsWith("ino:", StringComparison.Ordinal))
                inode = ulong.Parse(line.AsSpan("ino:".Length));
        }

        return new FileIdentity(mount, inode);
    }

    /// <summary>The first bytes, as many as the parsers look at.</summary>
    public ReadOnlySpan<byte> ReadHead()
    {
        var head = new byte[QcowHeader.Window];
        return head.AsSpan(0, RandomAccess.Read(_handle, head, 0));
    }

    public void Dispose() => _handle.Dispose();
}
