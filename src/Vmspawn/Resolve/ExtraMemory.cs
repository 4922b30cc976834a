using Vmspawn.Options;
using Vmspawn.Qemu.Extra;

namespace Vmspawn.Resolve;

/// <summary><c>-m</c> among the user's own QEMU arguments: the machine's memory, instead of <c>--ram=</c>.</summary>
/// <remarks>QEMU would take the last <c>-m</c> alone, and refuse it where the memory that shares need has another size.</remarks>
internal static class ExtraMemory
{
    /// <summary>The options with the size of these arguments, and without these arguments.</summary>
    public static VmOptions Apply(VmOptions options, List<Problem> problems)
    {
        List<string> rest = [], sizes = [];
        var words = options.QemuExtra;
        for (var i = 0; i < words.Count; i++)
        {
            if (ExtraArgumentsParser.Option(words[i]) == "m" && i + 1 < words.Count)
                sizes.Add(words[++i]);
            else
                rest.Add(words[i]);
        }

        if (sizes.Count == 0)
            return options;
        var ram = RamText.Parse(AsRam(sizes));
        if (ram.Mistake is { } mistake)
            problems.Add(mistake.About($"$SYSTEMD_VMSPAWN_QEMU_EXTRA: -m {string.Join(" -m ", sizes)}"));
        return options with { QemuExtra = rest, Ram = ram.Mistake is null ? ram.Value! : options.Ram };
    }

    /// <summary>As a value of <c>--ram=</c>; a property that a later one omits keeps the value of an earlier one.</summary>
    private static string AsRam(IEnumerable<string> sizes)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in sizes)
        {
            foreach (var (key, value) in KeyValueOptions.Parse(text, "size") ?? [])
                pairs[key] = value.ToUpperInvariant();
        }

        // A number alone counts MiB.
        var size = pairs.GetValueOrDefault("size") is { } given ? char.IsAsciiLetter(given.LastOrDefault()) ? given : $"{given}M" : "";
        return pairs.TryGetValue("maxmem", out var max) ? $"{size}:{max}:{pairs.GetValueOrDefault("slots", "1")}" : size;
    }
}
