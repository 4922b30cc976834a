namespace Vmspawn.Options;

/// <summary>Rules between options that can be checked without looking at the host.</summary>
internal static class OptionRules
{
    private static readonly Rule[] Rules =
    [
        new(options => options.Initrds.Count > 0 && options.Linux is null,
            "--initrd=", new("initrd-without-kernel", "an initrd needs a kernel", "add --linux=KERNEL")),
        new(options => options is { Firmware: FirmwareKind.None, Image: not null, Linux: null, BootEntry: null },
            "--firmware=none", new("firmware-none-without-kernel", "without firmware a machine only starts a kernel that is handed to it",
                "add --linux=KERNEL, or --boot-entry=auto for the image's own")),
        new(options => options is { BootEntry: not null, Linux: not null },
            "--boot-entry=", new("boot-entry-and-kernel", "a kernel is named already", "leave --linux= or --boot-entry= out")),
        new(options => options.BootEntry is not null && options.ImageFormat != ImageFormat.Raw,
            "--boot-entry=", new("boot-entry-not-raw", "only a raw image's boot partitions can be read", "\"qemu-img convert\" makes one of a qcow2 image")),
        new(options => options is { Image: not null, Directory: not null },
            "--directory=", new("image-and-directory", "a machine boots from a disk or from a directory, not from both",
                "leave -i or -D out; --bind= shares a directory, --extra-drive= adds a disk")),
        new(options => options is { Template: not null, Directory: not null },
            "--template=", new("template-and-directory", "only a disk can be another one's child", "-x boots a directory without changing it")),
        new(options => options is { BootEntry: not null, Directory: not null },
            "--boot-entry=", new("boot-entry-and-directory", "a directory's kernel is found by its boot entries anyway",
                "leave it out, or name a kernel with --linux=")),
        new(options => options is { GrowImage: not null, Image: null, Template: null },
            "--grow-image=", new("grow-without-image", "there is no image to grow", "add -i IMAGE")),
        new(options => options is { GrowImage: not null, Image: not null } && options.ImageFormat != ImageFormat.Raw,
            "--grow-image=", new("grow-not-raw", "only a raw image can be grown", "qemu-img resize grows a qcow2 image")),
        new(options => options is { Template: not null, Image: null, Machine: null },
            "--template=", new("template-without-child", "nothing says where the guest's writes go", "add -i CHILD, or -M NAME for one among the machine images")),
        new(options => options is { Template: not null, Ephemeral: true },
            "--template=", new("template-ephemeral", "an ephemeral machine keeps nothing, so it needs no child of the template",
                "boot the template itself with -i and -x")),
        new(options => options.PublishedPorts.Count > 0 && options.Networks.Count > 0 && !options.Networks.Contains(NetworkMode.User),
            "--publish=", new("publish-without-user-mode", "ports are published through a user-mode network, and only a TAP device was asked for",
                "add --network-user-mode, or reach the guest at its own address")),
        new(options => options.Journal is { Path: null, HasLimits: true },
            "--forward-journal-…", new("journal-limits-without-journal", "there is no journal to limit", "add --forward-journal=FILE.journal")),
        new(options => options.Restore is { Directory: "" },
            "--restore-…", new("restore-missing", "nothing says which snapshot is continued", "add --restore=NAME or --restore=DIRECTORY")),
        new(options => options is { Shares.PrivateUsers: not null, Image: not null },
            "--private-users=", new("private-users-with-image", "it says which ids the files of a directory have, and this machine boots from an image",
                "leave it out, or boot a directory with -D")),
        new(options => options.Shares.Users is { Names.Count: 0, Groups.Count: > 0 },
            "--bind-user-group=", new("bind-user-group-alone", "there is no user to be a member of it", "add --bind-user=NAME")),
        new(options => options.Shares.Users is { Names.Count: 0 } and ({ Shell: not null } or { CopiesShell: true }),
            "--bind-user-shell=", new("bind-user-shell-alone", "there is no user to have it", "add --bind-user=NAME")),
    ];

    /// <summary>A path that is not valid UTF-8: .NET has replaced the invalid bytes, so the string would name another file.</summary>
    private static readonly Mistake NotText = new("path", "this is not text in UTF-8", "rename the file, or use a symbolic link to it");

    /// <summary>Checks all rules.</summary>
    /// <returns>Problems of kind <see cref="ProblemKind.Usage"/>; empty when no rule is broken.</returns>
    public static IReadOnlyList<Problem> Check(VmOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = Rules.Where(rule => rule.IsBroken(options)).Select(rule => rule.Mistake.About(rule.Subject)).ToList();
        ConfidentialRules.Check(options, problems);
        problems.AddRange(Twice(options.Volumes.Select(volume => volume.Name))
            .Select(name => new Mistake("volume-twice", "a volume is a disk of a machine only once").About($"--bind-volume={name}")));
        problems.AddRange(Twice(options.Credentials.Select(credential => credential.Id))
            .Select(id => new Mistake("credential-twice", "this credential is set more than once", "set it once: --set-credential= and --load-credential= have the same names").About(id)));
        problems.AddRange(OptionPath.Of(options).Where(option => !PlainText.IsWellFormed(option.Path))
            .Select(option => NotText.About(option.Subject)));
        return problems;
    }

    private static IEnumerable<string> Twice(IEnumerable<string> names) => names.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key);

    /// <summary>A rule between options.</summary>
    /// <param name="IsBroken">Whether the options break it.</param>
    /// <param name="Subject">The option that the problem is about.</param>
    /// <param name="Mistake">The mistake to report.</param>
    private sealed record Rule(Func<VmOptions, bool> IsBroken, string Subject, Mistake Mistake);
}
