using Vmspawn.Spec;

namespace Vmspawn.Plan;

/// <summary>Whether SMBIOS tables reach the guest: QEMU must support them, and on some boards UEFI must pass them to the guest.</summary>
internal static class SmbiosReach
{
    /// <summary>Whether SMBIOS strings reach the guest.</summary>
    public static bool Reaches(MachineSpec spec) =>
        spec.Platform.TakesSmbios(spec.Qemu.Version) && (spec.Platform.HasSmbiosWithoutUefi || spec.Firmware is not null);

    public static void Check(MachineSpec spec, List<Problem> problems)
    {
        if (spec.Platform.TakesSmbios(spec.Qemu.Version))
            return;
        foreach (var what in Strings(spec))
        {
            problems.Add(new Problem("no-smbios", what, $"QEMU {spec.Qemu.Version} makes no SMBIOS tables for {spec.Platform.Name}",
                "leave it out, or use QEMU 9.0 or later"));
        }
    }

    /// <summary>The message for the user, or null.</summary>
    public static string? Notice(MachineSpec spec)
    {
        if (spec.Platform.HasSmbiosWithoutUefi || spec.Firmware is not null)
            return null;
        string[] lost = [.. Strings(spec), .. spec.Uuid is null ? Array.Empty<string>() : ["--uuid="]];
        return lost.Length == 0
            ? null
            : $"the guest may not see {string.Join(", ", lost)}: on {spec.Platform.Name} it takes UEFI to hand SMBIOS tables over";
    }

    private static IEnumerable<string> Strings(MachineSpec spec)
    {
        if (spec.Smbios11.Count > 0)
            yield return "--smbios11=";
        if (spec.Kernel is null && KernelCommandLine.For(spec).Length > 0)
            yield return "kernel arguments";
    }
}
