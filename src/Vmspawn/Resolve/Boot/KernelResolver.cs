using System.Runtime.InteropServices;
using Vmspawn.Images;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>The kernel and its initrds, and whether they match the requested firmware.</summary>
internal static class KernelResolver
{
    public static KernelSpec? Resolve(VmOptions options, Architecture machine, string? tmpdir, List<Problem> problems)
    {
        var initrds = InitrdFacts.Probe([.. options.Initrds.Select(Path.GetFullPath)], problems);
        var place = initrds is { Paths: [var first, ..] paths } && NeedsCopy(options, paths.Count) ? OverlayPlace.Choose($"--initrd={first}", "the joined initrds", first, tmpdir, problems)?.Directory : null;
        if (options.LinuxContent.Length > 0)
            return new KernelSpec(null, options.LinuxContent, initrds?.Paths ?? []) { InitrdPlace = place };
        if (options.Linux is not { } path)
            return null;
        if (KernelFacts.Probe($"--linux={path}", path, problems) is not { } kernel)
            return null;
        if (kernel.Processor is { } processor && processor != machine)
            problems.Add(OtherProcessor(kernel.Path, processor, machine));
        if (kernel.WhyNot(machine, out var hint) is { } reason)
        {
            problems.Add(new Problem("kernel-kind", $"--linux={kernel.Path}", reason, hint));
            return null;
        }

        CheckFirmware(options.Firmware, $"--linux={kernel.Path}", kernel.IsPe, kernel.IsUki, problems);
        return new KernelSpec(Path.GetFullPath(path), default, initrds?.Paths ?? [])
        {
            InitrdPlace = place,
            IsPe = kernel.IsPe,
            IsUki = kernel.IsUki,
        };
    }

    /// <summary>Whether the initrds are joined, with one another or with credentials.</summary>
    public static bool NeedsCopy(VmOptions options, int initrds) =>
        initrds > 1 || (initrds == 1 && ConfidentialTechnique.Of(options.Confidential) is { MeasuresSmbios: false });

    private static Problem OtherProcessor(string path, Architecture kernel, Architecture machine) => new(
        "kernel-architecture",
        $"--linux={path}",
        $"this kernel is for {ArchitectureText.Word(kernel)}, and the machine is {ArchitectureText.Word(machine)}",
        $"use --arch={ArchitectureText.Word(kernel)}");

    /// <summary>Whether the requested firmware can start a kernel.</summary>
    public static void CheckFirmware(FirmwareKind firmware, string subject, bool isPe, bool isUki, List<Problem> problems)
    {
        if (isUki && firmware is FirmwareKind.Bios or FirmwareKind.None)
        {
            problems.Add(new Problem("uki-needs-uefi", subject,
                "a unified kernel image can only be started by UEFI firmware", "leave --firmware= out, or give its kernel and initrd instead"));
        }

        if (!isPe && firmware == FirmwareKind.Uefi)
        {
            problems.Add(new Problem("kernel-not-pe", subject,
                "this kernel is no PE binary, so UEFI firmware cannot start it", "use --firmware=none to start it directly"));
        }
    }
}
