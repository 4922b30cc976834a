using System.Text;
using Vmspawn.Options;

namespace Vmspawn.Images;

/// <summary>The serial number that identifies a disk in the guest.</summary>
internal static class DiskSerial
{
    // VIRTIO_BLK_ID_BYTES and the SN field of NVMe's Identify Controller are 20 bytes; 30 is systemd-vmspawn's choice for SCSI.
    private const int VirtioOrNvmeLength = 20;
    private const int ScsiLength = 30;

    /// <summary>The file name of <paramref name="path"/> if it fits the device, else the first digits of its SHA-256.</summary>
    /// <remarks>The length is counted in bytes of UTF-8. A name with a control character is hashed too.</remarks>
    public static string For(string path, DiskType type)
    {
        var limit = type.IsScsi() ? ScsiLength : VirtioOrNvmeLength;
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        var bytes = Encoding.UTF8.GetBytes(name);
        return bytes.Length > limit || HasControl(name)
            ? Convert.ToHexStringLower(Sha256.Hash(bytes))[..limit]
            : name;
    }

    private static bool HasControl(string name)
    {
        foreach (var c in name)
        {
            if (char.IsControl(c))
                return true;
        }

        return false;
    }
}
