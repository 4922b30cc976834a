using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Images;

/// <summary>A disk image, open for reading while it is probed.</summary>
internal sealed class ImageFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly FileFacts _facts;

    private ImageFile(string path, SafeFileHandle handle, FileFacts facts)
    {
        Path = path;
        _handle = handle;
        _facts = facts;
    }

    public string Path { get; }

    /// <summary>Bytes, more than 0.</summary>
    public long Size => _facts.Size;

    /// <summary>Size and modification time, to detect changes; the time is 0 for a block device, whose node does not record writes.</summary>
    public TemplateStamp Stamp => new(_facts.Size, IsBlockDevice ? 0 : _facts.Modified);

    public bool IsBlockDevice => _facts.Kind == FileKind.Block;

    public FileIdentity Identity => _facts.Identity;

    /// <summary>Opens an image, or gives the reason why not.</summary>
    /// <param name="subject">The subject of the problems.</param>
    /// <param name="path">Its path.</param>
    /// <param name="write">Whether it must be writable.</param>
    /// <param name="problems">Receives the reason.</param>
    public static ImageFile? Open(string subject, string path, bool write, List<Problem> problems)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = OpenFile.Open(path, writable: false);
            var file = new ImageFile(path, handle, FileFacts.Of(handle));
            if ((file.Refusal(subject) ?? (write ? WhyNotWritable(subject, path) : null)) is not { } problem)
                return file;
            problems.Add(problem);
        }
        catch (LinuxException e)
        {
            problems.Add(OpenProblem.For("image", subject, e));
        }

        handle?.Dispose();
        return null;
    }

    /// <summary>The content.</summary>
    public ByteSource Bytes => new FileBytes(_handle, Size);

    /// <summary>Reads the first bytes, as many as the parsers need.</summary>
    public ReadOnlySpan<byte> ReadHead()
    {
        var head = new byte[QcowHeader.Window];
        return head.AsSpan(0, RandomAccess.Read(_handle, head, 0));
    }

    public void Dispose() => _handle.Dispose();

    private static Problem? WhyNotWritable(string subject, string path)
    {
        try
        {
            OpenFile.Open(path, writable: true).Dispose();
            return null;
        }
        catch (LinuxException e)
        {
            return new Problem(
                "image-not-writable", subject, $"it can be read but not written: {e.Text()}", "-x boots it without writing to it");
        }
    }

    private Problem? Refusal(string subject) => _facts.Kind switch
    {
        FileKind.Directory => new Problem(
            "image-directory", subject, "it is a directory, not an image", "-D boots from a directory, --bind= shares one"),
        FileKind.Other => new Problem("image-kind", subject, "it is neither a regular file nor a block device"),
        _ when Size == 0 => new Problem("image-empty", subject, IsBlockDevice ? "the device has no medium" : "the file is empty"),
        _ => null,
    };
}
