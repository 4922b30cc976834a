namespace Vmspawn.Options;

/// <summary>What must hold between options, as far as it can be said without looking at the world.</summary>
public static class OptionRules
{
    /// <summary>All rules that the options break.</summary>
    /// <returns>Problems of kind <see cref="ProblemKind.Usage"/>; empty when all is well.</returns>
    public static IReadOnlyList<Problem> Check(VmOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new List<Problem>();
        void Refuse(bool broken, string code, string subject, string text, string? hint = null)
        {
            if (broken)
                problems.Add(new Problem(code, subject, text, hint, ProblemKind.Usage));
        }

        var hasKernel = options.Linux is not null;
        var hasImage = options.Image is not null;
        Refuse(options.Initrds.Count > 0 && !hasKernel, "initrd-without-kernel", "--initrd=", "an initrd needs a kernel", "add --linux=KERNEL");
        Refuse(
            options.Firmware == FirmwareKind.None && hasImage && !hasKernel && options.BootEntry is null,
            "firmware-none-without-kernel",
            "--firmware=none",
            "without firmware a machine only starts a kernel that is handed to it",
            "add --linux=KERNEL, or --boot-entry=auto for the image's own");
        Refuse(
            options.BootEntry is not null && hasKernel,
            "boot-entry-and-kernel",
            "--boot-entry=",
            "a kernel is named already",
            "leave --linux= or --boot-entry= out");
        Refuse(
            options.BootEntry is not null && options.ImageFormat != ImageFormat.Raw,
            "boot-entry-not-raw",
            "--boot-entry=",
            "only a raw image's boot partitions can be read",
            "\"qemu-img convert\" makes one of a qcow2 image");
        Refuse(
            hasImage && options.Directory is not null,
            "image-and-directory",
            "--directory=",
            "a machine boots from a disk or from a directory, not from both",
            "leave -i or -D out; --bind= shares a directory, --extra-drive= adds a disk");
        Refuse(
            options.Template is not null && options.Directory is not null,
            "template-and-directory",
            "--template=",
            "only a disk can be another one's child",
            "-x boots a directory without changing it");
        Refuse(
            options.BootEntry is not null && options.Directory is not null,
            "boot-entry-and-directory",
            "--boot-entry=",
            "a directory's kernel is found by its boot entries anyway",
            "leave it out, or name a kernel with --linux=");
        Refuse(options.GrowImage is not null && !hasImage && options.Template is null, "grow-without-image", "--grow-image=", "there is no image to grow", "add -i IMAGE");
        Refuse(
            options.GrowImage is not null && hasImage && options.ImageFormat != ImageFormat.Raw,
            "grow-not-raw",
            "--grow-image=",
            "only a raw image can be grown",
            "qemu-img resize grows a qcow2 image");
        Refuse(
            options.Template is not null && !hasImage && options.Machine is null,
            "template-without-child",
            "--template=",
            "nothing says where the guest's writes go",
            "add -i CHILD, or -M NAME for one among the machine images");
        Refuse(
            options.Template is not null && options.Ephemeral,
            "template-ephemeral",
            "--template=",
            "an ephemeral machine keeps nothing, so it needs no child of the template",
            "boot the template itself with -i and -x");
        Refuse(
            options.PublishedPorts.Count > 0 && options.Networks.Count > 0 && !options.Networks.Contains(NetworkMode.User),
            "publish-without-user-mode",
            "--publish=",
            "ports are published through a user-mode network, and only a TAP device was asked for",
            "add --network-user-mode, or reach the guest at its own address");
        Refuse(
            options.Journal is { Path: null, HasLimits: true },
            "journal-limits-without-journal",
            "--forward-journal-…",
            "there is no journal to limit",
            "add --forward-journal=FILE.journal");
        ConfidentialRules.Check(options, problems);
        foreach (var twice in options.Volumes.GroupBy(volume => volume.Name).Where(group => group.Count() > 1))
            Refuse(true, "volume-twice", $"--bind-volume={twice.Key}", "a volume is a disk of a machine only once");
        return problems;
    }
}
