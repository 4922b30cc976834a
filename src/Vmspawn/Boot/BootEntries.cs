using System.Runtime.InteropServices;
using System.Text;
using Vmspawn.Images;

namespace Vmspawn.Boot;

/// <summary>Finds what can be booted on a boot partition, or in a directory that takes its place.</summary>
internal static class BootEntries
{
    private const string TextDirectory = "/loader/entries";
    private const string UnifiedDirectory = "/EFI/Linux";
    private const int LongestText = 64 * 1024;

    /// <summary>All entries for a processor whose kernels are there, in no order.</summary>
    /// <exception cref="IOException">The files cannot be read, or what holds them is damaged.</exception>
    public static IEnumerable<BootEntry> Find(IBootFiles files, Architecture architecture)
    {
        foreach (var entry in Unified(files).Concat(Text(files)))
        {
            if (entry.Machine is null || entry.Machine == EfiMachine.Name(architecture))
                yield return entry;
        }
    }

    private static IEnumerable<BootEntry> Unified(IBootFiles files)
    {
        foreach (var name in files.Names(UnifiedDirectory))
        {
            var path = $"{UnifiedDirectory}/{name}";
            if (files.Open(path) is { } file && UnifiedEntry.Read(path, file) is { } entry)
                yield return entry;
        }
    }

    private static IEnumerable<BootEntry> Text(IBootFiles files)
    {
        foreach (var name in files.Names(TextDirectory))
        {
            if (files.Open($"{TextDirectory}/{name}")?.ReadAll(LongestText) is { } text
                && TextEntry.Parse(name, Encoding.UTF8.GetString(text)) is { } entry
                && entry.Initrds.Prepend(entry.Kernel).All(path => files.Open(path) is not null))
            {
                yield return entry;
            }
        }
    }
}
