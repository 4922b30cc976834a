using System.Globalization;
using System.Text;
using Vmspawn.Images;
using Vmspawn.Spec;

namespace Vmspawn.Plan;

/// <summary>Credentials as a cpio archive appended to an initrd, in <c>/.extra/system_credentials</c>, the path that systemd-stub(7) uses too.</summary>
/// <remarks>The archive is reproducible, because it is measured: no times, no owners (format: Linux's buffer-format.rst).</remarks>
internal static class CredentialArchive
{
    private const string Directory = ".extra";
    private const string Place = Directory + "/system_credentials";
    private const int OpenDirectory = 0x416d; // 040555
    private const int SecretDirectory = 0x4140; // 040500
    private const int SecretFile = 0x8100; // 0100400

    /// <summary>Writes the archive; empty without credentials.</summary>
    public static byte[] Of(IReadOnlyList<CredentialSpec> credentials)
    {
        if (credentials.Count == 0)
            return [];
        using var archive = new MemoryStream();
        var inode = 0;
        Add(archive, ++inode, OpenDirectory, Directory, default);
        Add(archive, ++inode, SecretDirectory, Place, default);
        foreach (var credential in credentials)
            Add(archive, ++inode, SecretFile, $"{Place}/{credential.Id}.cred", credential.Value.Span);
        Add(archive, 0, 0, "TRAILER!!!", default);
        return archive.ToArray();
    }

    private static void Add(MemoryStream archive, int inode, int mode, string name, ReadOnlySpan<byte> content)
    {
        var path = Encoding.UTF8.GetBytes(name + '\0');
        // Inode, mode, owner, group, links, time, size, four device numbers, the name's length, a checksum that is zero in this format.
        int[] numbers = [inode, mode, 0, 0, 1, 0, content.Length, 0, 0, 0, 0, path.Length, 0];
        archive.Write(Encoding.ASCII.GetBytes("070701" + string.Concat(numbers.Select(number => number.ToString("x8", CultureInfo.InvariantCulture)))));
        archive.Write(path);
        Align(archive);
        archive.Write(content);
        Align(archive);
    }

    private static void Align(MemoryStream archive)
    {
        while (archive.Length % InitrdFacts.Alignment != 0)
            archive.WriteByte(0);
    }
}
