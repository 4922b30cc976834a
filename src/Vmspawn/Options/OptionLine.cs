using Vmspawn.Pcie;

namespace Vmspawn.Options;

/// <summary>Options as a command line of vmspawn, for reports: the environment variables that it reads, and its arguments. Defaults are left out.</summary>
internal static class OptionLine
{
    private static readonly VmOptions Default = new();

    /// <summary>The words in quotes for a shell. Values of credentials are replaced by their sizes, and a kernel in memory is left out.</summary>
    public static string Text(VmOptions options) =>
        string.Join(' ', Variables(options).Select(variable => $"{variable.Name}={ShellText.Quote(variable.Value)}")
            .Append("vmspawn").Concat(Arguments(options, value => $"({value.Length} bytes)").Select(ShellText.Quote)));

    /// <summary>The environment variables.</summary>
    public static IEnumerable<(string Name, string Value)> Variables(VmOptions options)
    {
        if (options.QemuExtra.Count > 0)
            yield return ("SYSTEMD_VMSPAWN_QEMU_EXTRA", string.Join(' ', options.QemuExtra.Select(word => $"\"{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"")));
        if (options.NetworkMac is { } mac)
            yield return ("SYSTEMD_VMSPAWN_NETWORK_MAC", mac);
        if (options.Terminal is { } terminal)
            yield return ("TERM", terminal);
        if (options.CredentialsDirectory is { } directory)
            yield return ("CREDENTIALS_DIRECTORY", directory);
    }

    /// <summary>The arguments.</summary>
    /// <param name="options">The options.</param>
    /// <param name="secret">Writes the value of a credential.</param>
    public static IReadOnlyList<string> Arguments(VmOptions options, Func<ReadOnlyMemory<byte>, string> secret)
    {
        var words = new List<string>();
        General(options, words);
        Disks(options, words);
        Boot(options, words);
        Host(options, words);
        Guest(options, words, secret);
        Shares(options.Shares, words);
        if (options.KernelArguments.Count > 0)
            words.AddRange(["--", .. options.KernelArguments]);
        return words;
    }

    private static void General(VmOptions options, List<string> words)
    {
        if (options.Quiet)
            words.Add("--quiet");
        if (options.Scope != RuntimeScope.Auto)
            words.Add(options.Scope == RuntimeScope.System ? "--system" : "--user");
        Add(words, "--machine", options.Machine);
        Add(words, "--uuid", options.Uuid?.ToString());
        if (options.Restore is { } restore)
        {
            Add(words, "--restore", restore.Directory);
            AddIf(!restore.SetClock, words, "--restore-clock", "no");
            AddIf(restore.NewIdentity, words, "--restore-identity", "new");
        }
    }

    private static void Disks(VmOptions options, List<string> words)
    {
        Add(words, "--image", options.Image);
        Add(words, "--directory", options.Directory);
        Add(words, "--template", options.Template is { } template ? $"{OptionWords.Of(template.Format)}:{template.Path}" : null);
        AddIf(options.ImageFormat != Default.ImageFormat, words, "--image-format", OptionWords.Of(options.ImageFormat));
        AddIf(options.ImageDiskType != Default.ImageDiskType, words, "--image-disk-type", OptionWords.Of(options.ImageDiskType));
        if (options.Ephemeral)
            words.Add("--ephemeral");
        AddIf(!options.DiscardDisk, words, "--discard-disk", "no");
        Add(words, "--grow-image", options.GrowImage?.ToString());
        foreach (var drive in options.ExtraDrives)
        {
            var type = drive.Type is { } given ? $"{OptionWords.Of(given)}:" : "";
            Add(words, "--extra-drive", $"{(drive.Persist ? "persist:" : "")}{OptionWords.Of(drive.Format)}:{type}{drive.Path}");
        }

        foreach (var volume in options.Volumes)
            Add(words, "--bind-volume", Volume(volume));
    }

    private static string Volume(VolumeRequest volume)
    {
        string?[] settings =
        [
            volume.Create is { } create ? $"create={create switch { VolumeCreation.New => "new", VolumeCreation.Open => "open", _ => "any" }}" : null,
            volume.Template is { } template ? $"template={template}" : null,
            volume.ReadOnly is { } readOnly ? $"read-only={Bool(readOnly)}" : null,
            volume.Size is { } size ? $"size={size}" : null,
            volume.AsBlockDevice is { } block ? $"request-as={(block ? "blk" : "reg")}" : null,
        ];
        var text = string.Join(',', settings.OfType<string>());
        return $"{volume.Name}:{OptionWords.Of(volume.Type)}{(text.Length == 0 ? "" : $":{text}")}";
    }

    private static void Boot(VmOptions options, List<string> words)
    {
        Add(words, "--linux", options.Linux);
        Add(words, "--boot-entry", options.BootEntry);
        foreach (var initrd in options.Initrds)
            Add(words, "--initrd", initrd);
        AddIf(options.Firmware != Default.Firmware, words, "--firmware", options.FirmwareDescriptor ?? options.Firmware switch
        {
            FirmwareKind.Uefi => "uefi",
            FirmwareKind.Bios => "bios",
            _ => "none",
        });
        var features = options.FirmwareFeatures.ToString();
        if (features != Default.FirmwareFeatures.ToString())
        {
            // The first resets the default.
            Add(words, "--firmware-features", "");
            AddIf(features.Length > 0, words, "--firmware-features", features);
        }

        Add(words, "--efi-nvram-template", options.EfiNvramTemplate);
        Add(words, "--efi-nvram-state", Place(options.EfiNvramState));
        foreach (var text in options.Smbios11)
            Add(words, "--smbios11", text);
    }

    private static void Host(VmOptions options, List<string> words)
    {
        AddIf(options.Confidential != Default.Confidential, words, "--coco", OptionWords.Of(options.Confidential));
        Add(words, "--arch", options.Architecture is { } architecture ? OptionWords.Of(architecture) : null);
        AddIf(options.Cpus != Default.Cpus, words, "--cpus", options.Cpus.Smp);
        var ram = options.Ram;
        AddIf(ram != Default.Ram, words, "--ram", ram.Max is { } max ? $"{ram.Size}:{max}:{ram.Slots}" : $"{ram.Size}");
        Add(words, "--kvm", Word(options.Kvm));
        Add(words, "--tpm", Word(options.Tpm));
        Add(words, "--tpm-state", Place(options.TpmState));
        AddIf(!options.QemuSandbox, words, "--qemu-sandbox", "no");
        AddIf(options.HotplugPorts != Default.HotplugPorts, words, "--hotplug-ports", $"{options.HotplugPorts}");
        AddIf(options.Layout != Default.Layout, words, "--pcie-layout", options.Layout == PcieLayout.Ports ? "ports" : "packed");
        var registration = options.Registration;
        Add(words, "--register", Word(registration.Register));
        if (registration.KeepUnit)
            words.Add("--keep-unit");
        Add(words, "--slice", registration.Slice);
        foreach (var property in registration.Properties)
            Add(words, "--property", $"{property.Name}={property.Value}");
    }

    private static void Guest(VmOptions options, List<string> words, Func<ReadOnlyMemory<byte>, string> secret)
    {
        AddIf(options.Vsock.Mode != VsockMode.Auto, words, "--vsock", options.Vsock.Mode switch { VsockMode.Yes => "yes", VsockMode.No => "no", _ => "user" });
        Add(words, "--vsock-cid", options.Vsock.Cid?.ToString());
        Add(words, "--pass-ssh-key", options.SshKey.Pass is { } pass ? Bool(pass) : null);
        AddIf(options.SshKey.Type != SshKeyRequest.DefaultType, words, "--ssh-key-type", options.SshKey.Type);
        var journal = options.Journal;
        Add(words, "--forward-journal", journal.Path);
        Add(words, "--forward-journal-max-use", journal.MaxUse?.ToString());
        Add(words, "--forward-journal-keep-free", journal.KeepFree?.ToString());
        Add(words, "--forward-journal-max-file-size", journal.MaxFileSize?.ToString());
        Add(words, "--forward-journal-max-files", journal.MaxFiles?.ToString());
        AddIf(!options.NotifyReady, words, "--notify-ready", "no");
        AddIf(options.GuestChannel != GuestChannel.Auto, words, "--guest-channel", OptionWords.Of(options.GuestChannel));
        foreach (var credential in options.Credentials)
        {
            if (credential is LoadedCredential loaded)
                Add(words, "--load-credential", $"{loaded.Id}:{loaded.Path}");
            else if (credential is LiteralCredential literal)
                Add(words, "--set-credential", $"{literal.Id}:{secret(literal.Value)}");
        }

        if (options.CloudInit is { } seed)
            Add(words, "--cloud-init", seed.UserData ?? "yes");
        AddIf(options.Console != Default.Console, words, "--console", options.Console switch
        {
            ConsoleMode.ReadOnly => "read-only",
            ConsoleMode.Native => "native",
            ConsoleMode.Gui => "gui",
            _ => "headless",
        });
        AddIf(options.ConsoleTransport != Default.ConsoleTransport, words, "--console-transport", "serial");
        Add(words, "--background", options.Background);
        words.AddRange(options.Networks.Select(network => network == NetworkMode.User ? "--network-user-mode" : "--network-tap"));
        foreach (var bridge in options.NetworkBridges)
            Add(words, "--network-bridge", bridge);
        foreach (var port in options.PublishedPorts)
            Add(words, "--publish", port.ToString());
    }

    private static void Shares(ShareRequests shares, List<string> words)
    {
        foreach (var bind in shares.Binds)
        {
            var source = bind.Source.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
            Add(words, bind.ReadOnly ? "--bind-ro" : "--bind", bind.Target is null ? source : $"{source}:{bind.Target}");
        }

        Add(words, "--private-users", shares.PrivateUsers is { } range ? $"{range.First}:{range.Count}" : null);
        foreach (var name in shares.Users.Names)
            Add(words, "--bind-user", name);
        foreach (var group in shares.Users.Groups)
            Add(words, "--bind-user-group", group);
        Add(words, "--bind-user-shell", shares.Users.CopiesShell ? "yes" : shares.Users.Shell);
    }

    private static void Add(List<string> words, string option, string? value) => AddIf(value is not null, words, option, value);

    private static void AddIf(bool wanted, List<string> words, string option, string? value)
    {
        if (wanted)
            words.Add($"{option}={value}");
    }

    private static string Bool(bool value) => value ? "yes" : "no";

    private static string? Word(Tristate value) => value switch { Tristate.Yes => "yes", Tristate.No => "no", _ => null };

    private static string? Place(StatePlace place) => place.Path ?? (place.IsKept ? null : "off");
}
