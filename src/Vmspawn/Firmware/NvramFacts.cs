using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Firmware;

/// <summary>The observed state of a file of EFI variables, or of a template for one.</summary>
/// <param name="File">The path, and the format detected from the content.</param>
/// <param name="Size">Bytes of the flash chip.</param>
internal sealed record NvramFacts(FirmwareFile File, long Size)
{
    /// <summary>Observes one; null with the reason in <paramref name="problems"/>.</summary>
    /// <param name="subject">The subject of the problem.</param>
    /// <param name="path">Absolute path.</param>
    /// <param name="write">Whether it must be writable.</param>
    /// <param name="problems">Receives the reason.</param>
    public static NvramFacts? Probe(string subject, string path, bool write, List<Problem> problems)
    {
        using var file = PlainFile.Open(subject, "nvram", path, problems);
        if (file is null)
            return null;
        if (write && WhyNotWritable(path) is { } reason)
        {
            problems.Add(new Problem("nvram-unwritable", subject, $"it can be read but not written: {reason}"));
            return null;
        }

        var head = new byte[QcowHeader.Window];
        var length = RandomAccess.Read(file, head, 0);
        if (!QcowHeader.HasMagic(head.AsSpan(0, length)))
            return new NvramFacts(new FirmwareFile(path, ImageFormat.Raw), RandomAccess.GetLength(file));
        var header = QcowHeader.Parse(head.AsSpan(0, length), out var error);
        if (header is { BackingName: null, HasDataFile: false, IsEncrypted: false, IsCorrupt: false, UnknownFeatures: 0 })
            return new NvramFacts(new FirmwareFile(path, ImageFormat.Qcow2), header.VirtualSize);
        problems.Add(new Problem("nvram-damaged", subject,
            $"{path} cannot be used as qcow2: {error ?? "it is encrypted, corrupt, or not whole without other files"}"));
        return null;
    }

    /// <summary>Why no file can be created in a directory, or null when one can.</summary>
    public static string? WhyNoFileIn(string directory)
    {
        try
        {
            OpenFile.Temporary(directory).Dispose();
            return null;
        }
        catch (LinuxException e)
        {
            return $"{directory}: {e.Text()}";
        }
    }

    private static string? WhyNotWritable(string path)
    {
        try
        {
            OpenFile.Open(path, writable: true).Dispose();
            return null;
        }
        catch (LinuxException e)
        {
            return e.Text();
        }
    }
}
