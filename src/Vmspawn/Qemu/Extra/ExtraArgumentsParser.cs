namespace Vmspawn.Qemu.Extra;

/// <summary>Finds the devices in the user's QEMU arguments that occupy the PCI root bus.</summary>
internal static class ExtraArgumentsParser
{
    private const string Variable = "$SYSTEMD_VMSPAWN_QEMU_EXTRA";

    public static ExtraArguments Parse(IReadOnlyList<string> given, QemuFacts qemu, List<Problem> problems)
    {
        var words = ImpliedDevices.Spell(given);
        var devices = new List<ExtraDevice>();
        var implied = new List<string>();
        for (var i = 0; i < words.Count; i++)
        {
            var option = Option(words[i]);
            if (option == "device")
            {
                if (i + 1 == words.Count)
                    problems.Add(Unparsable("-device", "has no value", null));
                else if (Device(words[++i], i, qemu, problems) is { } device)
                    devices.Add(device);
            }
            else if (i + 1 < words.Count && ImpliedDevices.On(option, words[i + 1]) is { } name)
            {
                implied.Add(name);
            }
        }

        RefuseDuplicateIds(devices, problems);
        return new ExtraArguments(words, devices, implied);
    }

    /// <summary>The option's name; QEMU accepts one dash or two.</summary>
    internal static string? Option(string word) =>
        word.StartsWith("--", StringComparison.Ordinal) ? word[2..] : word.StartsWith('-') ? word[1..] : null;

    private static ExtraDevice? Device(string text, int index, QemuFacts qemu, List<Problem> problems)
    {
        if (text is "help" or "?" || text.EndsWith(",help", StringComparison.Ordinal))
        {
            problems.Add(Unparsable($"-device {text}", "asks QEMU for help instead of starting it", "run QEMU itself"));
            return null;
        }

        if (DeviceText.Parse(text, out var mistake) is not { } properties)
        {
            problems.Add(Unparsable($"-device {text}", mistake!, null));
            return null;
        }

        var device = new ExtraDevice(index, properties, text.StartsWith('{'));
        if (qemu.HasDriver(device.Driver))
            return device;
        problems.Add(new Problem("extra-driver", $"{Variable}: {device.Subject}",
            $"{qemu.Path} {qemu.Version} has no such device driver", $"{qemu.Path} -device help lists them"));
        return null;
    }

    private static void RefuseDuplicateIds(List<ExtraDevice> devices, List<Problem> problems)
    {
        foreach (var group in devices.Where(device => device.Id is not null).GroupBy(device => device.Id))
        {
            if (group.Count() > 1)
                problems.Add(Unparsable($"id={group.Key}", "names more than one device", "give each its own"));
            else if (group.Key!.StartsWith("vmspawn-", StringComparison.Ordinal))
                problems.Add(Unparsable($"id={group.Key}", "ids that start with vmspawn- are reserved", "choose another"));
        }
    }

    private static Problem Unparsable(string subject, string text, string? hint) =>
        new("extra-unparsable", $"{Variable}: {subject}", text, hint);
}
