using Vmspawn.Images;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>The kernel and its initrds, and whether the firmware asked for goes with them.</summary>
internal static class KernelResolver
{
    public static KernelSpec? Resolve(VmOptions options, List<Problem> problems)
    {
        var initrds = InitrdFacts.Probe([.. options.Initrds.Select(Path.GetFullPath)], problems);
        if (options.LinuxContent.Length > 0)
            return new KernelSpec(null, options.LinuxContent, initrds?.Paths ?? []);
        if (options.Linux is not { } path)
        {
            if (options.Firmware is FirmwareKind.Auto or FirmwareKind.Uefi)
                problems.Add(NoUefi($"--firmware={Word(options.Firmware)}", "use --firmware=bios"));
            return null;
        }

        if (KernelFacts.Probe($"--linux={path}", path, problems) is not { } kernel)
            return null;
        CheckFirmware(options.Firmware, kernel, problems);
        return new KernelSpec(Path.GetFullPath(path), default, initrds?.Paths ?? []);
    }

    private static void CheckFirmware(FirmwareKind firmware, KernelFacts kernel, List<Problem> problems)
    {
        var subject = $"--linux={kernel.Path}";
        if (kernel.IsUki)
            problems.Add(NoUefi(subject, "a unified kernel image needs it; give its kernel and initrd instead"));
        else if (firmware == FirmwareKind.Uefi)
            problems.Add(NoUefi("--firmware=uefi", "use --firmware=none to start the kernel directly"));
        else if (firmware == FirmwareKind.Auto && kernel.IsPe)
            problems.Add(NoUefi(subject, "this kernel is a PE binary, which means UEFI unless --firmware=none or --firmware=bios is given"));
    }

    private static string Word(FirmwareKind kind) => kind == FirmwareKind.Auto ? "auto" : "uefi";

    private static Problem NoUefi(string subject, string hint) =>
        new("uefi-not-yet", subject, "UEFI firmware is not supported yet", hint);
}
