using System.Runtime.InteropServices;
using Vmspawn.Firmware;
using Vmspawn.Options;
using Vmspawn.Qemu;
using Vmspawn.Qemu.Extra;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>Compares the wish with the world, once: everything that is read before the plan is read from here.</summary>
internal static class Resolver
{
    public static Resolution Resolve(VmOptions options, ProcessContext surroundings)
    {
        var problems = new List<Problem>();
        var notices = new List<string>();
        var world = HostInventory.Look(options.Scope, options.Architecture, surroundings, problems);
        return Resolve(options, world, surroundings, problems, notices);
    }

    /// <summary>The same for a world that was looked at already; null is one whose problems are told already.</summary>
    internal static Resolution Resolve(
        VmOptions options, HostInventory? world, ProcessContext surroundings, List<Problem> problems, List<string> notices)
    {
        var technique = ConfidentialTechnique.Of(options.Confidential);
        if (technique is not null && world is not null)
        {
            // Where the host cannot, whatever else is missing need not be told.
            if (ConfidentialResolver.WhyNot(technique, world) is { } reason)
                return new Resolution(null, [.. problems, reason], notices);
            options = ConfidentialResolver.Apply(options, technique);
        }

        var isUser = options.Scope == RuntimeScope.User || (options.Scope == RuntimeScope.Auto && world is { Host.IsRoot: false });
        options = TemplateChild.Apply(options, isUser, surroundings.Environment, problems);
        options = MachineImageLookup.Apply(options, MachineImageLookup.Directories(isUser, surroundings.Environment), problems);
        var name = MachineNameResolver.Resolve(options, surroundings, problems);
        options = VersionPick.Apply(options, options.Architecture ?? RuntimeInformation.OSArchitecture, problems);
        var vsock = world is null || name is null ? null : new VsockResolver(options, world, surroundings.RandomSuffix, problems).Resolve(name);
        // It takes a while, during which there is enough to do.
        var key = world is null ? null : new SshResolver(options, world, surroundings, hasVsock: vsock is not null);
        var kernel = KernelResolver.Resolve(options, world?.Platform.Architecture, surroundings.Environment("TMPDIR"), problems);
        if (kernel is null && options.BootEntry is not null && world is not null)
            kernel = new BootEntryResolver(options, world.Platform.Architecture, surroundings.Environment("TMPDIR"), problems).Resolve();
        if (kernel is null && options is { Directory: not null, Linux: null } && world is not null)
            kernel = new TreeKernelResolver(options, world.Platform.Architecture, surroundings.Environment("TMPDIR"), problems).Resolve();
        if (technique is not null)
            ConfidentialResolver.CheckKernel(options, technique, kernel, problems);
        var arguments = kernel is { Options.Length: > 0 } ? [.. kernel.Options.Split(' '), .. options.KernelArguments] : options.KernelArguments;
        var drives = new DriveResolver(options, surroundings, problems, notices).Resolve();
        drives.AddRange(new VolumeResolver(options, isUser, surroundings, problems).Resolve());
        var rootArgument = RootArgumentResolver.Resolve(
            (world?.Platform ?? Platform.X86).Architecture, kernel, arguments, drives.FirstOrDefault(drive => drive.IsRoot), problems, notices);
        var firmware = world is null ? null : Firmware(options, world, kernel, drives, problems, notices);
        var credentials = CredentialResolver.Resolve(options.Credentials, options.CredentialsDirectory, problems);
        var shares = world is null ? [] : new ShareResolver(options, world, surroundings.Environment("TMPDIR"), problems, notices).Resolve(name, credentials);
        var nics = NetworkResolver.Resolve(key?.Publish() ?? options, name, world, problems);
        if (vsock is not null)
            vsock = NotifyAddress.Tell(vsock, credentials, world!.Vsock);
        var journal = world is null || name is null ? null : JournalResolver.Resolve(options.Journal, name, vsock, world, credentials, problems);
        var systemd = SystemdPresence.Look(isUser, surroundings.Environment);
        var registration = new RegistrationResolver(options.Registration, systemd, surroundings, problems, notices).Resolve(isUser);
        var tpm = world is null || name is null ? null : new TpmResolver(options, world, problems, notices).Resolve(name);
        var extra = world is null ? ExtraArguments.None : ExtraArgumentsParser.Parse(options.QemuExtra, world.Qemu, problems);
        var ssh = key?.Finish(nics, credentials, world!.Platform.HasSmbiosWithoutUefi || firmware is not null, problems);
        if (name is not null && new CloudInitResolver(options, problems, notices).Resolve(name, ssh is null ? [] : [ssh.Key.Public]) is { } seed)
            drives.Add(seed);
        // Last, since it may run a guest: not worth it when there is no VM to start anyway.
        var accelerator = problems.Count == 0 ? AcceleratorResolver.Resolve(options.Kvm, technique, world!, problems) : null;
        if (problems.Count > 0)
            return new Resolution(null, problems, notices);

        if (technique is not null && tpm is not null)
            notices.Add("the guest must not trust its TPM, which the host makes: --tpm=no leaves it out");
        if (accelerator!.WhyEmulated is { } why)
            notices.Add($"emulating the CPU, which is slow: {why}");
        var spec = new MachineSpec
        {
            Name = name!,
            Host = world!.Host,
            Qemu = world.Qemu,
            Platform = world.Platform,
            Accelerator = accelerator,
            Cpus = options.Cpus,
            Ram = options.Ram,
            Uuid = options.Uuid,
            Confidential = technique is null ? null : ConfidentialResolver.Spec(technique, world.Confidential()),
            Firmware = firmware,
            Kernel = kernel,
            KernelArguments = rootArgument is null ? arguments : [rootArgument, .. arguments],
            Drives = drives,
            Tpm = tpm,
            Vsock = vsock,
            Journal = journal,
            Ssh = ssh,
            Smbios11 = options.Smbios11,
            Credentials = credentials.All,
            Nics = nics,
            Shares = shares,
            Console = options.Console,
            ConsoleTransport = options.ConsoleTransport,
            Term = options.Terminal,
            TerminalSize = options.Console == ConsoleMode.Interactive ? surroundings.Terminal : null,
            Registration = registration,
            Layout = options.Layout,
            HotplugPorts = options.HotplugPorts,
            Sandbox = options.QemuSandbox && world.Qemu.HasSandbox,
            Extra = extra,
        };
        return new Resolution(spec, [], notices);
    }

    // A kernel or an image that was asked for but cannot be used has been told already: what it would need is not known.
    private static FirmwareSpec? Firmware(
        VmOptions options, HostInventory world, KernelSpec? kernel, List<DriveSpec> drives, List<Problem> problems, List<string> notices)
    {
        if (kernel is null && (options.Linux ?? options.BootEntry ?? options.Directory) is not null)
            return null;
        // For an image that was found by the machine's name the options alone do not tell.
        if (kernel is null && options.Firmware == FirmwareKind.None)
            problems.Add(new Problem("firmware-none-without-kernel", "--firmware=none", "without firmware a machine only starts a kernel that is handed to it", "add --linux=KERNEL"));
        var root = drives.FirstOrDefault(drive => drive.IsRoot);
        return new FirmwareResolver(options, FirmwarePlatform.Of(world.Platform, world.Qemu), world.Firmware, problems, notices).Resolve(kernel, root);
    }
}

/// <summary>The resolve stage's result: a spec, or every reason why there is none.</summary>
/// <param name="Spec">Null exactly when there are problems.</param>
/// <param name="Problems">All of them.</param>
/// <param name="Notices">What the user is told although it is no error.</param>
internal sealed record Resolution(
    MachineSpec? Spec,
    IReadOnlyList<Problem> Problems,
    IReadOnlyList<string> Notices);
