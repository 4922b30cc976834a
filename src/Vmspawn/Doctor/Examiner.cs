using System.Runtime.InteropServices;
using Vmspawn.Firmware;
using Vmspawn.Host;
using Vmspawn.Options;
using Vmspawn.Qemu;
using Vmspawn.Resolve;
using Vmspawn.Shares;

namespace Vmspawn.Doctor;

/// <summary>Examines the host as the resolve stage does; may run a trial guest, which takes up to 6 s.</summary>
internal sealed class Examiner(ProcessContext process)
{
    private static readonly string[] ProgramNames =
    [
        "swtpm", "swtpm_setup", "swtpm_localca", "passt", "vhost-device-vsock", "ssh", "ssh-keygen",
        "/usr/lib/systemd/systemd-journal-remote", "/lib/systemd/systemd-journal-remote",
    ];

    public async Task<HostExamination> LookAsync(CancellationToken cancel)
    {
        var problems = new List<Problem>();
        var host = HostProbe.Probe(RuntimeScope.Auto, process.Environment, problems);
        var qemus = new List<ExaminedQemu>();
        foreach (var platform in Platforms())
            qemus.Add(await LookAsync(platform, cancel).ConfigureAwait(false));
        return new HostExamination
        {
            Distribution = Distribution.Of(ProcFile.Text("/etc/os-release") ?? ProcFile.Text("/usr/lib/os-release")),
            Kernel = ProcFile.Text("/proc/sys/kernel/osrelease") ?? "unknown",
            User = Environment.UserName is { Length: > 0 } name ? name : $"user {HostProbe.EffectiveUser}",
            Host = host,
            HostProblem = problems.FirstOrDefault(),
            Qemus = qemus,
            Kvm = host is null || qemus[0].Facts is not { } qemu ? null : await KvmAsync(host, qemus[0].Platform, qemu, cancel).ConfigureAwait(false),
            Confidential = ConfidentialProbe.Look(),
            KvmDevice = DeviceFile.Look(KvmProbe.Device),
            TunDevice = DeviceFile.Look(HostProbe.TunDevice),
            VsockDevice = DeviceFile.Look(HostProbe.VsockDevice),
            IoUringDisabled = ProcFile.Text("/proc/sys/kernel/io_uring_disabled"),
            LockedMemory = LockedMemory(),
            Programs = Programs(),
            PasstFailure = Linux.Executable.Find("passt", process.Environment("PATH")) is { } passt ? await PasstTrial.WhyNotAsync(passt, cancel).ConfigureAwait(false) : null,
            Virtiofsd = await VirtiofsdLocator.LookAsync(process.Environment, name => Linux.Executable.Find(name, process.Environment("PATH")), cancel).ConfigureAwait(false),
            RunsSystemd = Directory.Exists("/run/systemd/system"),
            Machined = Machined(),
            StorageProviders = Providers(),
        };
    }

    /// <summary>The host's own platform first.</summary>
    private static IEnumerable<Platform> Platforms()
    {
        var native = Platform.Of(RuntimeInformation.OSArchitecture) ?? Platform.X86;
        return new[] { native, Platform.X86, Platform.Arm64, Platform.RiscV64 }.Distinct();
    }

    private async Task<ExaminedQemu> LookAsync(Platform platform, CancellationToken cancel)
    {
        var problems = new List<Problem>();
        var qemu = await HostInventory.LookAtQemuAsync(platform, process, problems, cancel).ConfigureAwait(false);
        var machine = FirmwarePlatform.Of(platform, qemu);
        var catalog = FirmwareCatalog.Of(machine, FirmwarePlaces.Of(process.Environment, qemu));
        return new ExaminedQemu(platform, qemu, problems.FirstOrDefault(), Choose(FirmwareFeatures.Default), Choose(Secure));

        FirmwareDescriptor? Choose(FirmwareFeatures features) => FirmwareChoice.Of(catalog, machine, features, keepsVariables: false).Descriptor;
    }

    private static FirmwareFeatures Secure => FirmwareFeatures.Any.With(FirmwareFeatures.SecureBoot, Tristate.Yes);

    private Task<KvmFacts> KvmAsync(HostFacts host, Platform platform, QemuFacts qemu, CancellationToken cancel) =>
        HostInventory.Of(host, platform, qemu, process).ProbeKvm(platform.CpuModel("kvm", qemu.Version), cancel);

    private Dictionary<string, string> Programs()
    {
        var found = new Dictionary<string, string>();
        foreach (var name in ProgramNames)
        {
            if (Linux.Executable.Find(name, process.Environment("PATH")) is { } path)
                found.TryAdd(Path.GetFileName(name), path);
        }

        return found;
    }

    private string? Machined()
    {
        const string Socket = "systemd/machine/io.systemd.Machine";
        return RuntimePlaces().Select(place => Path.Combine(place, Socket)).FirstOrDefault(File.Exists);
    }

    private List<string> Providers() =>
    [
        .. RuntimePlaces()
            .Select(place => Path.Combine(place, "systemd/io.systemd.StorageProvider"))
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateFileSystemEntries)
            .Select(path => Path.GetFileName(path))
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];

    private IEnumerable<string> RuntimePlaces() =>
        process.Environment("XDG_RUNTIME_DIR") is ['/', ..] own ? ["/run", own] : ["/run"];

    private static string? LockedMemory() => ProcFile.Text("/proc/self/limits")?.Split('\n')
        .FirstOrDefault(line => line.StartsWith("Max locked memory", StringComparison.Ordinal))?
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
}
