using System.Runtime.InteropServices;

namespace Vmspawn.Options;

/// <summary>Options that cannot be combined with a confidential guest, on any host.</summary>
internal static class ConfidentialRules
{
    public static void Check(VmOptions options, List<Problem> problems)
    {
        if (ConfidentialTechnique.Of(options.Confidential) is not { } technique)
            return;

        Refuse(options.Kvm == Tristate.No, "confidential-without-kvm", "such a guest runs with KVM only", "leave --kvm=no out");
        Refuse(
            options.Architecture is not (null or Architecture.X64),
            "confidential-architecture",
            "only x86_64 processors have it",
            "leave --arch= out");
        Refuse(
            options.Firmware is FirmwareKind.Bios or FirmwareKind.None,
            "confidential-firmware",
            "such a guest starts with UEFI firmware that is built for it",
            "leave --firmware= out");
        Refuse(
            (options.EfiNvramTemplate ?? options.EfiNvramState.Path) is not null,
            "confidential-variables",
            "its firmware is all measured and keeps no EFI variables",
            "leave --efi-nvram-template= and a path of --efi-nvram-state= out");
        var namesKernel = (options.Linux ?? options.BootEntry) is not null || options.LinuxContent.Length > 0;
        Refuse(
            !technique.MeasuresSmbios && !namesKernel && (options.Image ?? options.Template?.Path) is not null,
            "confidential-without-kernel",
            NeedsKernel,
            KernelHint);

        void Refuse(bool broken, string code, string text, string hint)
        {
            if (broken)
                problems.Add(new Problem(code, technique.Option, text, hint, ProblemKind.Usage));
        }
    }

    /// <summary>Why booting from a disk is refused.</summary>
    internal const string NeedsKernel = "only a kernel that is started directly is measured, with its initrd and its arguments";

    /// <summary>What to do about it.</summary>
    internal const string KernelHint = "add --linux=KERNEL, or --boot-entry=auto for the image's own";
}
