using Vmspawn.Qemu.Arguments;

namespace Vmspawn.Qemu.Extra;

/// <summary>Options other than <c>-device</c> that create PCI devices.</summary>
/// <remarks>
/// Shorthands that QEMU expands to a <c>-device</c> are expanded here, so that the device gets a planned address.
/// Devices that the board creates itself (<c>-vga</c>, <c>-nic</c>, <c>-net nic</c>) are on the root bus before any <c>-device</c>.
/// </remarks>
internal static class ImpliedDevices
{
    /// <summary>The words with <c>-drive if=virtio</c> and <c>-virtfs</c> expanded to backend and device.</summary>
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

    /// <summary>The name of the PCI device that a board option creates, or null.</summary>
    public static string? On(string? option, string value) => option switch
    {
        "vga" when value != "none" => $"-vga {value}",
        "nic" when value != "none" => "-nic",
        "net" when value == "nic" || value.StartsWith("nic,", StringComparison.Ordinal) => "-net nic",
        _ => null,
    };

    private static string[]? SpellDrive(string value, int index)
    {
        if (KeyValueOptions.Parse(value, "file") is not { } pairs || pairs.GetValueOrDefault("if") != "virtio")
            return null;
        pairs["if"] = "none";
        pairs.TryAdd("id", $"vmspawn-user-drive-{index}");
        var backend = Write(OptionText.Pairs(), pairs);
        return ["-drive", backend, "-device", new OptionText("virtio-blk-pci").With("drive", pairs["id"]).ToString()];
    }

    private static string[]? SpellShare(string value, int index)
    {
        if (KeyValueOptions.Parse(value, "fsdriver") is not { } pairs
            || !pairs.TryGetValue("fsdriver", out var driver)
            || !pairs.TryGetValue("mount_tag", out var tag))
            return null;
        pairs.TryAdd("id", $"vmspawn-user-share-{index}");
        var backend = Write(new OptionText(driver), pairs.Where(pair => pair.Key is not ("fsdriver" or "mount_tag")));
        var device = new OptionText("virtio-9p-pci").With("fsdev", pairs["id"]).With("mount_tag", tag);
        return ["-fsdev", backend, "-device", device.ToString()];
    }

    private static string Write(OptionText text, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        foreach (var (key, value) in pairs)
            text.With(key, value);
        return text.ToString();
    }
}
