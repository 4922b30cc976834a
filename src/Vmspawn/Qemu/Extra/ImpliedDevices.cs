using Vmspawn.Qemu.Arguments;

namespace Vmspawn.Qemu.Extra;

/// <summary>Options other than <c>-device</c> that make PCI devices.</summary>
/// <remarks>
/// Shorthands that QEMU itself rewrites into a <c>-device</c> are rewritten here, so that the device gets a planned address.
/// What the board makes while it is built (<c>-vga</c>, <c>-nic</c>, <c>-net nic</c>) is on the root bus before any <c>-device</c>.
/// </remarks>
internal static class ImpliedDevices
{
    /// <summary>The words with <c>-drive if=virtio</c> and <c>-virtfs</c> spelled out as backend and device.</summary>
    public static List<string> Spell(IReadOnlyList<string> words)
    {
        var spelled = new List<string>(words.Count);
        for (var i = 0; i < words.Count; i++)
        {
            var option = ExtraArgumentsParser.Option(words[i]);
            var value = i + 1 < words.Count ? words[i + 1] : null;
            if (option == "drive" && value is not null && SpellDrive(value, i) is { } drive)
                spelled.AddRange(drive);
            else if (option == "virtfs" && value is not null && SpellShare(value, i) is { } share)
                spelled.AddRange(share);
            else
            {
                spelled.Add(words[i]);
                continue;
            }

            i++;
        }

        return spelled;
    }

    /// <summary>The name of the PCI device that a board option makes, or null.</summary>
    public static string? On(string? option, string value) => option switch
    {
        "vga" when value != "none" => $"-vga {value}",
        "nic" when value != "none" => "-nic",
        "net" when value == "nic" || value.StartsWith("nic,", StringComparison.Ordinal) => "-net nic",
        _ => null,
    };

    private static string[]? SpellDrive(string value, int index)
    {
        var pairs = KeyValueOptions.Parse(value, "file");
        if (pairs is null || pairs.GetValueOrDefault("if") != "virtio")
            return null;
        pairs["if"] = "none";
        pairs.TryAdd("id", $"vmspawn-user-drive-{index}");
        return ["-drive", Join(pairs), "-device", new OptionText("virtio-blk-pci").With("drive", pairs["id"]).ToString()];
    }

    private static string[]? SpellShare(string value, int index)
    {
        var pairs = KeyValueOptions.Parse(value, "fsdriver");
        if (pairs is null || !pairs.Remove("mount_tag", out var tag))
            return null;
        pairs.TryAdd("id", $"vmspawn-user-share-{index}");
        var device = new OptionText("virtio-9p-pci").With("fsdev", pairs["id"]).With("mount_tag", tag);
        return ["-fsdev", Join(pairs), "-device", device.ToString()];
    }

    private static string Join(Dictionary<string, string> pairs)
    {
        var text = OptionText.Pairs();
        // The implied key of -fsdev must stand first and bare in older versions.
        if (pairs.Remove("fsdriver", out var driver))
            text = new OptionText(driver);
        foreach (var (key, value) in pairs)
            text.With(key, value);
        return text.ToString();
    }
}
