using System.Runtime.InteropServices;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>The kernel and its initrds, and whether they match the requested firmware.</summary>
internal static class KernelResolver
{
    public static KernelSpec? Resolve(VmOptions options, Architecture machine, string? tmpdir, List<Problem> problems)
    {
        var initrds = InitrdFacts.Probe([.. options.Initrds.Select(Path.GetFullPath)], problems);
        var place = initrds is { Files: [var first, ..] files } && NeedsCopy(options, files.Count) ? OverlayPlace.Choose($"--initrd={first.Path}", "the joined initrds", first.Path, tmpdir, problems)?.Directory : null;
        if (options.LinuxContent.Length > 0)
            return new KernelSpec(null, options.LinuxContent, initrds?.Files ?? []) { InitrdPlace = place };
        if (options.Linux is not { } path)
            return null;
        var subject = $"--linux={path}";
        using var file = PlainFile.Open(subject, "kernel", path, problems);
        if (file is null)
            return null;
        var facts = FileFacts.Of(file);
        var kernel = KernelFacts.Of(path, new FileBytes(file, facts.Size));
        return CanStart(kernel, subject, machine, options.Firmware, problems)
            ? new KernelSpec(Path.GetFullPath(path), default, initrds?.Files ?? [])
            {
                Identity = facts.Identity,
                InitrdPlace = place,
                IsPe = kernel.IsPe,
                IsUki = kernel.IsUki,
            }
            : null;
    }

    /// <summary>Whether the machine and the requested firmware can start a kernel, wherever it was found; false with the reason
    /// in the problems.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="subject">The subject of the problem: the option that named it, or its path.</param>
    /// <param name="machine">The guest's processor.</param>
    /// <param name="firmware">The requested firmware.</param>
    /// <param name="problems">Receives the reason.</param>
    public static bool CanStart(KernelFacts kernel, string subject, Architecture machine, FirmwareKind firmware, List<Problem> problems)
    {
        var before = problems.Count;
        if (kernel.Processor is { } processor && processor != machine)
            problems.Add(OtherProcessor(subject, processor, machine));
        else if (kernel.WhyNot(machine, out var hint) is { } reason)
            problems.Add(new Problem("kernel-kind", subject, reason, hint));
        else
            CheckFirmware(firmware, subject, kernel.IsPe, kernel.IsUki, problems);
        return problems.Count == before;
    }

    /// <summary>Whether the initrds are concatenated, with one another or with credentials.</summary>
    public static bool NeedsCopy(VmOptions options, int initrds) =>
        initrds > 1 || (initrds == 1 && ConfidentialTechnique.Of(options.Confidential) is { MeasuresSmbios: false });

    private static Problem OtherProcessor(string subject, Architecture kernel, Architecture machine) => new(
        "kernel-architecture",
        subject,
        $"this kernel is for {OptionWords.Of(kernel)}, and the machine is {OptionWords.Of(machine)}",
        $"use --arch={OptionWords.Of(kernel)}");

    /// <summary>Checks that the requested firmware can start the kernel.</summary>
    private static void CheckFirmware(FirmwareKind firmware, string subject, bool isPe, bool isUki, List<Problem> problems)
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
