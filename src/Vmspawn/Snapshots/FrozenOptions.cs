using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Snapshots;

/// <summary>The options of a snapshot: with the decisions that were made when its machine was started, so that another start makes the same machine.</summary>
internal static class FrozenOptions
{
    private static readonly VmOptions Default = new();

    /// <summary>The options to keep in a snapshot.</summary>
    /// <param name="options">The options that the machine was started with.</param>
    /// <param name="spec">The machine.</param>
    public static VmOptions Of(VmOptions options, MachineSpec spec)
    {
        var root = spec.Drives.FirstOrDefault(drive => drive.IsRoot);
        var extra = spec.Drives.Where(drive => drive is { IsRoot: false, Volume: null } && drive.Id.StartsWith(DeviceIds.ExtraDrive(0)[..^1], StringComparison.Ordinal)).ToList();
        return PerRun(options, Default) with
        {
            Restore = null,
            Credentials = [],
            Machine = spec.Name,
            Uuid = spec.Uuid,
            Image = root?.Path,
            ImageFormat = root?.Format ?? options.ImageFormat,
            Template = null,
            GrowImage = null,
            // Every machine of the snapshot writes to overlays over its disks.
            Ephemeral = root is not null || extra.Count > 0,
            ExtraDrives = [.. options.ExtraDrives.Zip(extra, (drive, found) => drive with { Path = found.Path, Format = found.Format, Persist = false })],
            Linux = options.Linux is { } linux ? Path.GetFullPath(linux) : null,
            Initrds = [.. options.Initrds.Select(Path.GetFullPath)],
            Firmware = spec.Firmware is not null ? FirmwareKind.Uefi : options.Firmware,
            FirmwareDescriptor = spec.Firmware is { } firmware && firmware.Origin.EndsWith(".json", StringComparison.Ordinal) ? firmware.Origin : options.FirmwareDescriptor,
            EfiNvramTemplate = spec.Firmware?.Nvram?.Template.Path,
            EfiNvramState = StatePlace.Off,
            Architecture = spec.Platform.Architecture,
            Kvm = spec.Accelerator.Name == "kvm" ? Tristate.Yes : Tristate.No,
            Tpm = spec.Tpm is null ? Tristate.No : Tristate.Yes,
            TpmState = StatePlace.Off,
            Vsock = new VsockRequest(spec.Vsock switch { null => VsockMode.No, { Program: null } => VsockMode.Yes, _ => VsockMode.User }, null),
            SshKey = options.SshKey with { Pass = spec.Ssh is not null },
            NetworkMac = options.Networks.Count == 1 ? spec.Nics[0].Mac : options.NetworkMac,
            PublishedPorts = [.. options.PublishedPorts.Select(port => port with { HostPort = 0 })],
            QemuSandbox = spec.Sandbox,
            Console = options.Console is ConsoleMode.Headless or ConsoleMode.Gui ? options.Console : ConsoleMode.Interactive,
            CloudInit = options.CloudInit is { } seed ? new CloudInitRequest(seed.UserData is { } data ? Path.GetFullPath(data) : null) : null,
            Shares = options.Shares with { Binds = [.. options.Shares.Binds.Select(bind => bind with { Source = Path.GetFullPath(bind.Source) })] },
            CredentialsDirectory = null,
        };
    }

    /// <summary>The options of a machine that continues a snapshot.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="given">The options of this run.</param>
    /// <param name="problems">Receives each option that would change what the guest sees.</param>
    public static VmOptions Merge(SnapshotFiles snapshot, VmOptions given, ICollection<Problem> problems)
    {
        var frozen = snapshot.Manifest.Options;
        var known = Words(frozen).ToHashSet(StringComparer.Ordinal);
        foreach (var word in Words(PerRun(given, Default) with { Machine = null, Ephemeral = false, Restore = null, Console = Default.Console, PublishedPorts = [], KernelArguments = [] }))
        {
            if (!known.Contains(word))
                problems.Add(Changed(word, frozen));
        }

        if (given.KernelArguments.Count > 0 && !given.KernelArguments.SequenceEqual(frozen.KernelArguments))
            problems.Add(new Problem("restore-options", given.KernelArguments[0], "a machine that continues a snapshot does not boot, so kernel arguments have no effect", "leave them out", ProblemKind.Usage));
        return PerRun(frozen, given) with
        {
            Restore = given.Restore,
            Machine = given.Machine ?? $"{snapshot.Manifest.Name}-{RandomNumber.Next():x16}",
            NetworkMac = given.Restore is { NewIdentity: true } ? null : frozen.NetworkMac,
            Credentials = [.. snapshot.Manifest.Credentials.Select(credential => new LiteralCredential(credential.Id, credential.Value))],
            PublishedPorts = given.PublishedPorts.Count > 0 ? given.PublishedPorts : frozen.PublishedPorts,
            // Without a console device there is nothing to show, whatever is usual for the way it is started.
            Console = given.Console is ConsoleMode.Interactive or ConsoleMode.ReadOnly && frozen.Console != Default.Console ? frozen.Console : given.Console,
        };
    }

    /// <summary>Options with those that concern only the host's side of a run taken from others.</summary>
    private static VmOptions PerRun(VmOptions options, VmOptions from) => options with
    {
        Quiet = from.Quiet,
        Scope = from.Scope,
        Registration = from.Registration,
        NotifyReady = from.NotifyReady,
        Journal = from.Journal,
        Background = from.Background,
        Terminal = from.Terminal,
        CredentialsDirectory = from.CredentialsDirectory,
    };

    private static IReadOnlyList<string> Words(VmOptions options) =>
        [.. OptionLine.Variables(options).Select(variable => $"{variable.Name}={variable.Value}"), .. OptionLine.Arguments(options, value => $"({value.Length} bytes)")];

    private static Problem Changed(string word, VmOptions frozen)
    {
        var option = word.Split('=', 2)[0];
        var before = Words(frozen).FirstOrDefault(other => other == option || other.StartsWith($"{option}=", StringComparison.Ordinal));
        return new Problem("restore-options", word, before is null ? "the snapshot was made without it" : $"the snapshot was made with {before}", $"leave {option} out, or make another snapshot", ProblemKind.Usage);
    }
}
