using System.Globalization;
using Vmspawn.Pcie;
using Vmspawn.Qemu;
using Vmspawn.Qemu.Extra;

namespace Vmspawn.Plan;

/// <summary>The user's devices as input of the PCIe planner.</summary>
internal static class UserDevices
{
    /// <summary>The first index of implied devices, which have no argument to which an address could be added.</summary>
    private const int FirstImplied = 1 << 20;

    public static List<UserDevice> From(ExtraArguments extra, QemuFacts qemu, List<Problem> problems)
    {
        // The board creates these before any -device, on the lowest device numbers.
        var devices = extra.Implied
            .Select((name, i) => new UserDevice(FirstImplied + i, name) { Address = new RootAddress(1 + i, 0) })
            .ToList();
        foreach (var device in extra.Devices.Where(device => qemu.IsPci(device.Driver)))
        {
            if (Convert(device, problems) is { } converted)
                devices.Add(converted);
        }

        return devices;
    }

    private static UserDevice? Convert(ExtraDevice device, List<Problem> problems)
    {
        RootAddress? address = null;
        if (device.Properties.TryGetValue("addr", out var text))
        {
            // QEMU parses both parts as hexadecimal, with or without 0x.
            if (RootAddress.TryParse(text, out var parsed) && parsed.InRange)
                address = parsed;
            else
            {
                problems.Add(new Problem("extra-unparsable", $"$SYSTEMD_VMSPAWN_QEMU_EXTRA: {device.Subject}",
                    $"addr={text} is no PCI address", "write DEVICE or DEVICE.FUNCTION in hexadecimal, such as addr=1c.0"));
                return null;
            }
        }

        return new UserDevice(device.WordIndex, device.Driver)
        {
            Id = device.Id,
            Bus = device.Bus,
            Address = address,
            Multifunction = device.Properties.ContainsKey("multifunction") ? device.Multifunction : null,
            Chassis = Number(device, "chassis"),
            Slot = Number(device, "slot"),
            BusReserve = Number(device, "bus-reserve") ?? 0,
        };
    }

    private static int? Number(ExtraDevice device, string key)
    {
        if (!device.Properties.TryGetValue(key, out var text))
            return null;
        var isHexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var (digits, style) = isHexadecimal ? (text[2..], NumberStyles.AllowHexSpecifier) : (text, NumberStyles.None);
        return int.TryParse(digits, style, CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
