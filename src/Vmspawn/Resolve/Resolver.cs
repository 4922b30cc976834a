using Vmspawn.Options;
using Vmspawn.Qemu.Extra;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>Checks the options against the host and the images and builds the <see cref="MachineSpec"/>. All reading before the plan happens here.</summary>
internal static class Resolver
{
    /// <summary>Examines the host, then everything that the options name.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing is left behind.</exception>
    public static async Task<Resolution> ResolveAsync(VmOptions options, ProcessContext process, CancellationToken cancel)
    {
        var problems = new List<Problem>();
        var host = await HostInventory.LookAsync(options.Scope, options.Architecture, process, problems, cancel).ConfigureAwait(false);
        return host is null ? new Resolution(null, problems, []) : await ResolveAsync(options, host, process, cancel).ConfigureAwait(false);
    }

    /// <summary>The same for a host that was examined already.</summary>
    internal static async Task<Resolution> ResolveAsync(VmOptions options, HostInventory host, ProcessContext process, CancellationToken cancel)
    {
        var (problems, notices) = (new List<Problem>(), new List<string>());
        if (FinalOptions.Of(options, host, process, problems) is not { } final)
            return new Resolution(null, problems, notices);
        var input = new ResolveInput(final.Options, final.Machine, final.IsUser, host, process, problems, notices);
        var vsock = new VsockResolver(final.Options, host, process.RandomSuffix, problems).Resolve(final.Machine);
        var key = new SshResolver(final.Options, host, process, hasVsock: vsock is not null, cancel);
        await using var keyDisposal = key.ConfigureAwait(false);
        var drives = await DrivesAsync(input, cancel).ConfigureAwait(false);
        var boot = await BootStage.ResolveAsync(input, drives.FirstOrDefault(drive => drive.IsRoot), cancel).ConfigureAwait(false);
        var guest = await GuestStage.ResolveAsync(input, boot, vsock, key, cancel).ConfigureAwait(false);
        var devices = DeviceStage.Resolve(input);
        // Last, because it may run a trial guest, which is needed only when there are no problems.
        var accelerator = problems.Count == 0 ? await AcceleratorResolver.ResolveAsync(final.Options.Kvm, input.Technique, host, problems, cancel).ConfigureAwait(false) : null;
        return accelerator is null || problems.Count > 0
            ? new Resolution(null, problems, notices) { Details = input.Details }
            : new Resolution(Spec(input, drives, boot, guest, devices, accelerator), [], [.. notices, .. Notices(input, devices, accelerator)]) { Details = input.Details };
    }

    private static async Task<IReadOnlyList<DriveSpec>> DrivesAsync(ResolveInput input, CancellationToken cancel)
    {
        var drives = await new DriveResolver(input.Options, input.Process, input.Problems, input.Notices).ResolveAsync(cancel).ConfigureAwait(false);
        return [.. drives, .. await new VolumeResolver(input.Options, input.IsUser, input.Process, input.Problems).ResolveAsync(cancel).ConfigureAwait(false)];
    }

    private static IEnumerable<string> Notices(ResolveInput input, DeviceStage devices, AcceleratorSpec accelerator)
    {
        if (input.Technique is not null && devices.Tpm is not null)
            yield return "the guest must not trust its TPM, which the host makes: --tpm=no leaves it out";
        if (accelerator.WhyEmulated is { } why)
            yield return $"emulating the CPU, which is slow: {why}";
        if (input.Options.QemuSandbox && !input.Host.Qemu.HasSandbox)
            yield return $"QEMU runs without its system call filter: {input.Host.Qemu.Path} is built without seccomp (--qemu-sandbox=no says that this is meant)";
    }

    private static MachineSpec Spec(
        ResolveInput input, IReadOnlyList<DriveSpec> drives, BootStage boot, GuestStage guest, DeviceStage devices, AcceleratorSpec accelerator)
    {
        var (options, host) = (input.Options, input.Host);
        return new MachineSpec
        {
            Name = input.Machine,
            Host = host.Host,
            Qemu = host.Qemu,
            Platform = host.Platform,
            Accelerator = accelerator,
            Cpus = options.Cpus,
            Ram = options.Ram,
            Uuid = options.Uuid,
            Confidential = input.Technique is { } technique ? ConfidentialResolver.Spec(technique, host.Confidential()) : null,
            Firmware = boot.Firmware,
            Kernel = boot.Kernel,
            KernelArguments = boot.Arguments,
            DiscardDisks = options.DiscardDisk,
            Drives = guest.Seed is { } seed ? [.. drives, seed] : drives,
            Tpm = devices.Tpm,
            Vsock = guest.Vsock,
            Journal = guest.Journal,
            Ssh = guest.Ssh,
            Channels = guest.Channels,
            Smbios11 = options.Smbios11,
            Credentials = guest.Credentials,
            Nics = guest.Nics,
            Shares = guest.Shares,
            Console = options.Console,
            ConsoleTransport = options.ConsoleTransport,
            Graphics = devices.Graphics,
            Term = options.Terminal,
            TerminalSize = options.Console == ConsoleMode.Interactive ? input.Process.Terminal : null,
            Registration = devices.Registration,
            Layout = options.Layout,
            HotplugPorts = options.HotplugPorts,
            Sandbox = options.QemuSandbox && host.Qemu.HasSandbox,
            Extra = devices.Extra,
        };
    }
}

/// <summary>The devices besides disks, boot files and the guest's connections.</summary>
/// <param name="Tpm">The TPM, or null.</param>
/// <param name="Extra">The user's own arguments for QEMU.</param>
/// <param name="Registration">How the machine is registered with the host's systemd.</param>
/// <param name="Graphics">The graphics card, or null.</param>
internal sealed record DeviceStage(TpmSpec? Tpm, ExtraArguments Extra, RegistrationSpec Registration, GraphicsSpec? Graphics)
{
    public static DeviceStage Resolve(ResolveInput input)
    {
        var systemd = SystemdPresence.Look(input.IsUser, input.Process.Environment);
        var extra = ExtraArgumentsParser.Parse(input.Options.QemuExtra, input.Host.Qemu, input.Problems);
        return new DeviceStage(
            new TpmResolver(input.Options, input.Host, input.Problems, input.Notices).Resolve(input.Machine),
            extra,
            new RegistrationResolver(input.Options.Registration, systemd, input.Process, input.Problems, input.Notices).Resolve(input.IsUser),
            new GraphicsResolver(input).Resolve(extra.Words));
    }
}

/// <summary>The resolve stage's result: a spec, or every reason why there is none.</summary>
/// <param name="Spec">Null exactly when there are problems.</param>
/// <param name="Problems">All of them.</param>
/// <param name="Notices">Messages for the user that are not errors.</param>
internal sealed record Resolution(
    MachineSpec? Spec,
    IReadOnlyList<Problem> Problems,
    IReadOnlyList<string> Notices)
{
    /// <summary>Messages for diagnosis only.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];
}
