using System.Globalization;
using System.Text;

namespace Vmspawn.Images;

/// <summary>Writes an archive of the kind that Linux unpacks as an initrd (cpio "newc", Linux's buffer-format.rst).</summary>
/// <remarks>It is reproducible: no times, no owners.</remarks>
/// <param name="to">Receives the archive, from its current position on.</param>
internal sealed class CpioArchive(Stream to)
{
    private const int DirectoryType = 0x4000;
    private const int FileType = 0x8000;
    private int _inode;
    private long _length;

    /// <summary>Adds a directory; its parents must have been added.</summary>
    public void AddDirectory(string name, UnixFileMode mode) => Add(++_inode, DirectoryType | (int)mode, name, default);

    /// <summary>Adds a file.</summary>
    public void AddFile(string name, UnixFileMode mode, ReadOnlySpan<byte> content) => Add(++_inode, FileType | (int)mode, name, content);

    /// <summary>Ends the archive.</summary>
    public void End() => Add(0, 0, "TRAILER!!!", default);

    private void Add(int inode, int mode, string name, ReadOnlySpan<byte> content)
    {
        var path = Encoding.UTF8.GetBytes(name + '\0');
        // Inode, mode, owner, group, links, time, size, four device numbers, the name's length, a checksum that is zero in this format.
        int[] numbers = [inode, mode, 0, 0, 1, 0, content.Length, 0, 0, 0, 0, path.Length, 0];
        Write(Encoding.ASCII.GetBytes("070701" + string.Concat(numbers.Select(number => number.ToString("x8", CultureInfo.InvariantCulture)))));
        Write(path);
        Align();
        Write(content);
        Align();
    }

    private void Align() => Write(stackalloc byte[(int)(InitrdFacts.Aligned(_length) - _length)]);

    private void Write(ReadOnlySpan<byte> bytes)
    {
        to.Write(bytes);
        _length += bytes.Length;
    }
}
