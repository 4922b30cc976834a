using Vmspawn.Versions;

namespace Vmspawn.Boot;

/// <summary>Parses entries of type 1: lines of a key and a value (UAPI "Boot Loader Specification").</summary>
internal static class TextEntry
{
    private const string Suffix = ".conf";

    /// <summary>The entry, or null for a file with another suffix or without a Linux kernel.</summary>
    /// <param name="fileName">The name of the file.</param>
    /// <param name="text">Its content.</param>
    public static BootEntry? Parse(string fileName, string text)
    {
        if (!fileName.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase))
            return null;
        var id = fileName[..^Suffix.Length];
        var counter = BootCounter.Take(ref id);
        var initrds = new List<string>();
        var options = new List<string>();
        var values = new Dictionary<string, string>();
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var (key, value) = Split(line);
            if (value.Length == 0 || key.StartsWith('#'))
                continue;
            switch (key)
            {
                case "initrd": initrds.Add(value); break;
                case "options": options.Add(value); break;
                default: values[key] = value; break;
            }
        }

        if ((values.GetValueOrDefault("linux") ?? values.GetValueOrDefault("uki")) is not { } kernel)
            return null;
        return new BootEntry
        {
            Kind = BootEntryKind.Text,
            Id = id + Suffix,
            Kernel = kernel,
            Initrds = initrds,
            Options = string.Join(' ', options),
            Title = values.GetValueOrDefault("title"),
            Version = values.GetValueOrDefault("version"),
            SortKey = values.GetValueOrDefault("sort-key"),
            MachineId = values.GetValueOrDefault("machine-id"),
            Machine = values.GetValueOrDefault("architecture")?.ToLowerInvariant(),
            Counter = counter,
        };
    }

    private static (string Key, string Value) Split(ReadOnlySpan<char> line)
    {
        line = line.Trim(" \t");
        var end = line.IndexOfAny(" \t");
        return end < 0 ? (line.ToString(), "") : (line[..end].ToString(), line[end..].Trim(" \t").ToString());
    }
}
