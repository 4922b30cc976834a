using System.Text;

namespace Vmspawn.SystemTests.Harness;

/// <summary>An initrd of one file (newc format, kernel's driver-api/early-userspace/buffer-format).</summary>
internal static class Cpio
{
    /// <summary>An archive with its end mark; its length is a multiple of four.</summary>
    public static byte[] Archive(string name, string content)
    {
        using var archive = new MemoryStream();
        Entry(archive, name, Encoding.UTF8.GetBytes(content), mode: 0x81a4);
        Entry(archive, "TRAILER!!!", [], mode: 0);
        return archive.ToArray();
    }

    private static void Entry(MemoryStream archive, string name, byte[] content, int mode)
    {
        var header = new StringBuilder("070701");
        // inode, mode, uid, gid, links, mtime, size, device and rdevice in two parts each, length of the name, checksum
        foreach (var field in (int[])[0, mode, 0, 0, 1, 0, content.Length, 0, 0, 0, 0, name.Length + 1, 0])
            header.Append(field.ToString("x8"));
        archive.Write(Encoding.ASCII.GetBytes($"{header}{name}\0"));
        Pad(archive);
        archive.Write(content);
        Pad(archive);
    }

    private static void Pad(MemoryStream archive) => archive.Write(new byte[(int)(-archive.Length & 3)]);
}
