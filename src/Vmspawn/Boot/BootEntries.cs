using System.Runtime.InteropServices;
using System.Text;
using Vmspawn.Images;

namespace Vmspawn.Boot;

/// <summary>The boot entries found.</summary>
/// <param name="Entries">The bootable entries, unordered.</param>
/// <param name="PassedOver">The entries that cannot be booted, each with the reason.</param>
internal sealed record BootEntries(IReadOnlyList<BootEntry> Entries, IReadOnlyList<PassedOverEntry> PassedOver)
{
    private const string TextDirectory = "/loader/entries";
    private const string UnifiedDirectory = "/EFI/Linux";
    private const int LongestText = 64 * 1024;

    /// <summary>Reads all entries of a boot partition, or of a directory used instead of one.</summary>
    /// <exception cref="IOException">The files cannot be read, or the file system is damaged.</exception>
    public static BootEntries Find(IBootFiles files, Architecture architecture)
    {
        var (entries, passedOver) = (new List<BootEntry>(), new List<PassedOverEntry>());
        foreach (var (name, entry, reason) in Unified(files).Concat(Text(files)))
        {
            if (entry is null)
                passedOver.Add(new PassedOverEntry(name, reason!));
            else if ((reason ?? WhyNot(entry, architecture)) is { } why)
                passedOver.Add(new PassedOverEntry(entry.Id, why));
            else
                entries.Add(entry);
        }

        return new BootEntries(entries, passedOver);
    }

    private static string? WhyNot(BootEntry entry, Architecture architecture) =>
        entry.Machine is null || entry.Machine == EfiMachine.Name(architecture)
            ? null
            : $"it is for {entry.Machine}, and the machine is {EfiMachine.Name(architecture)}";

    private static IEnumerable<(string Name, BootEntry? Entry, string? Reason)> Unified(IBootFiles files)
    {
        foreach (var name in files.Names(UnifiedDirectory))
        {
            var path = $"{UnifiedDirectory}/{name}";
            if (files.Open(path) is not { } file)
                continue;
            var entry = UnifiedEntry.Read(path, file);
            yield return (name, entry, entry is null ? "it is no unified kernel image" : null);
        }
    }

    private static IEnumerable<(string Name, BootEntry? Entry, string? Reason)> Text(IBootFiles files)
    {
        foreach (var name in files.Names(TextDirectory))
        {
            if (files.Open($"{TextDirectory}/{name}") is not { } file)
                continue;
            if (file.ReadAll(LongestText) is not { } text)
                yield return (name, null, $"it is longer than {LongestText >> 10} KiB");
            else if (TextEntry.Parse(name, Encoding.UTF8.GetString(text)) is not { } entry)
                yield return (name, null, "it names no kernel");
            else
                yield return (name, entry, entry.Initrds.Prepend(entry.Kernel).FirstOrDefault(path => files.Open(path) is null) is { } missing ? WhyMissing(missing) : null);
        }
    }

    // GRUB expands variables in the entries that it generates; without GRUB they are literal file names.
    private static string WhyMissing(string path) => path.Contains('$', StringComparison.Ordinal)
        ? $"there is no {path}: a variable in it is GRUB's, and only GRUB replaces it"
        : $"there is no {path}";
}

/// <summary>A boot entry that cannot be booted.</summary>
/// <param name="Id">Its id, or the name of its file.</param>
/// <param name="Reason">Why it cannot be booted.</param>
internal sealed record PassedOverEntry(string Id, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Id}: {Reason}";
}
