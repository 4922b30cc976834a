namespace Vmspawn.Options;

/// <summary>A path on the host that an option names.</summary>
/// <param name="Subject">The option with its value, for messages.</param>
/// <param name="Path">The path.</param>
internal readonly record struct OptionPath(string Subject, string Path)
{
    /// <summary>All paths in the options, so that path checks cover every option.</summary>
    public static IEnumerable<OptionPath> Of(VmOptions options)
    {
        IEnumerable<(string Option, string? Path)> all =
        [
            ("--image=", options.Image),
            ("--directory=", options.Directory),
            ("--template=", options.Template?.Path),
            .. options.ExtraDrives.Select(drive => ("--extra-drive=", (string?)drive.Path)),
            ("--linux=", options.Linux),
            .. options.Initrds.Select(path => ("--initrd=", (string?)path)),
            ("--firmware=", options.FirmwareDescriptor),
            ("--efi-nvram-template=", options.EfiNvramTemplate),
            ("--efi-nvram-state=", options.EfiNvramState.Path),
            ("--tpm-state=", options.TpmState.Path),
            .. options.Shares.Binds.Select(bind => (bind.ReadOnly ? "--bind-ro=" : "--bind=", (string?)bind.Source)),
            ("--forward-journal=", options.Journal.Path),
            ("--cloud-init=", options.CloudInit?.UserData),
        ];
        return all.Where(option => option.Path is not null).Select(option => new OptionPath(option.Option + option.Path, option.Path!))
            .Concat(options.Credentials.OfType<LoadedCredential>().Select(loaded => new OptionPath($"--load-credential={loaded.Id}:{loaded.Path}", loaded.Path)));
    }
}
