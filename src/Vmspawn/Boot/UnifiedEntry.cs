using System.Text;
using Vmspawn.Images;
using Vmspawn.Versions;

namespace Vmspawn.Boot;

/// <summary>Reads entries of type 2: unified kernel images (UAPI "Unified Kernel Image").</summary>
internal static class UnifiedEntry
{
    private const string Suffix = ".efi";
    private const int LongestText = 64 * 1024;

    /// <summary>The entry, or null for a file that is not a unified kernel image.</summary>
    /// <param name="path">Its path from the root of the file system.</param>
    /// <param name="image">Its content.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static BootEntry? Read(string path, ByteSource image)
    {
        if (!path.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) || Header(image) is not { } header || header.Find(".linux") is null)
            return null;
        var id = Path.GetFileName(path)[..^Suffix.Length];
        var counter = BootCounter.Take(ref id);
        var release = OsRelease.Parse(Text(image, header.Find(".osrel")) ?? "");
        return new BootEntry
        {
            Kind = BootEntryKind.Unified,
            Id = id + Suffix,
            Kernel = path,
            Options = Text(image, header.Find(".cmdline"))?.Trim() ?? "",
            Title = release.GetValueOrDefault("PRETTY_NAME"),
            SortKey = First(release, "IMAGE_ID", "ID"),
            Version = First(release, "IMAGE_VERSION", "VERSION", "VERSION_ID", "BUILD_ID"),
            Machine = EfiMachine.Name(header.Machine),
            Counter = counter,
        };
    }

    /// <summary>The headers of a PE binary, or null.</summary>
    public static PeHeader? Header(ByteSource image)
    {
        var head = new byte[Math.Min(PeHeader.Window, image.Length)];
        return PeHeader.Parse(head.AsSpan(0, image.Read(head, 0)), image.Length);
    }

    // A text section may be padded with zeros.
    private static string? Text(ByteSource image, PeSection? section)
    {
        if (section is null)
            return null;
        var bytes = new ExtentBytes(image, [section.Place]).ReadAll(LongestText);
        return bytes is null ? null : Encoding.UTF8.GetString(bytes).TrimEnd('\0');
    }

    private static string? First(IReadOnlyDictionary<string, string> values, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (values.TryGetValue(key, out var value))
                return value;
        }

        return null;
    }
}
