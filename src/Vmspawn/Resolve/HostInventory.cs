using System.Runtime.InteropServices;
using Vmspawn.Firmware;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Qemu;
using Vmspawn.Shares;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>The facts that are the same for every VM of this host.</summary>
/// <param name="Host">The host.</param>
/// <param name="Qemu">The QEMU binary.</param>
/// <param name="Firmware">The directories that are searched for firmware.</param>
/// <param name="FindProgram">Finds a program by name, or null.</param>
/// <param name="ProbeKvm">Checks, with the guest's CPU model, whether guests run on KVM; slow the first time.</param>
internal sealed record HostInventory(
    HostFacts Host, QemuFacts Qemu, FirmwarePlaces Firmware, Func<string, string?> FindProgram, Func<string, CancellationToken, Task<KvmFacts>> ProbeKvm)
{
    /// <summary>Devices that were passed to vmspawn.</summary>
    public PassedDevices Passed { get; init; } = PassedDevices.None;

    /// <summary>The free context ids and ports of the host's vsock.</summary>
    public VsockHost Vsock { get; init; } = VsockHost.Of(Host.Runtime);

    /// <summary>The machine that the guest gets.</summary>
    public Platform Platform { get; init; } = Platform.X86;

    /// <summary>Tries passt(1) at a path: null where it runs, else why not.</summary>
    public Func<string, CancellationToken, Task<string?>> TryPasst { get; init; } = (_, _) => Task.FromResult<string?>(null);

    /// <summary>Finds a user of the host by name, or null.</summary>
    public Func<string, CancellationToken, Task<HostUser?>> FindUser { get; init; } = (_, _) => Task.FromResult<HostUser?>(null);

    /// <summary>Finds the programs that serve shared directories.</summary>
    public Func<CancellationToken, Task<VirtiofsdFacts>> Virtiofsd { get; init; } =
        _ => Task.FromResult(new VirtiofsdFacts([], [], [], VirtiofsdSandbox.None));

    /// <summary>Reads which confidential guests the host supports.</summary>
    public Func<ConfidentialHost> Confidential { get; init; } = ConfidentialProbe.Look;

    /// <summary>Examines the host; null with the reasons in <paramref name="problems"/>.</summary>
    public static async Task<HostInventory?> LookAsync(
        RuntimeScope scope, Architecture? architecture, ProcessContext process, List<Problem> problems, CancellationToken cancel)
    {
        if (ProcFile.WhyMissing() is { } missing)
        {
            problems.Add(missing);
            return null;
        }

        var host = HostProbe.Probe(scope, process.Environment, problems);
        if (!PassedDevices.Of(process.Environment).Check(problems))
            return null;
        if (FindPlatform(architecture, problems) is not { } platform || await LookAtQemuAsync(platform, process, problems, cancel).ConfigureAwait(false) is not { } qemu || host is null)
            return null;
        return Of(host, platform, qemu, process);
    }

    /// <summary>The facts read so far, and the means to read the rest.</summary>
    public static HostInventory Of(HostFacts host, Platform platform, QemuFacts qemu, ProcessContext process)
    {
        var cache = Cache(process);
        var passed = PassedDevices.Of(process.Environment);
        string? FindProgram(string name) => Executable.Find(name, process.Environment("PATH"));
        return new HostInventory(
            host,
            qemu,
            FirmwarePlaces.Of(process.Environment, qemu),
            FindProgram,
            (model, cancel) => platform == Platform.X86
                ? KvmProbe.ProbeAsync(qemu, model, cache ?? host.Runtime.Path, cancel)
                : Task.FromResult(KvmProbe.Open(qemu)))
        {
            Platform = platform,
            Passed = passed,
            Vsock = VsockHost.Of(host.Runtime, passed.VhostVsock),
            TryPasst = PasstTrial.WhyNotAsync,
            FindUser = new UserDatabase().FindAsync,
            Virtiofsd = cancel => VirtiofsdLocator.LookAsync(process.Environment, FindProgram, cancel),
        };
    }

    /// <summary>The machine for an architecture, null for the host's; null with the reason in <paramref name="problems"/>.</summary>
    public static Platform? FindPlatform(Architecture? architecture, List<Problem> problems)
    {
        var wanted = architecture ?? RuntimeInformation.OSArchitecture;
        var platform = Platform.Of(wanted);
        if (platform is null)
        {
            problems.Add(new Problem("no-platform", $"this host's architecture, {wanted}",
                "there is no machine for it", $"emulate another one: --arch={string.Join(", --arch=", OptionWords.Architectures.Select(name => name.Word))}"));
        }

        return platform;
    }

    /// <summary>Queries only the QEMU binary; null with the reasons in <paramref name="problems"/>.</summary>
    public static async Task<QemuFacts?> LookAtQemuAsync(
        Platform platform, ProcessContext process, List<Problem> problems, CancellationToken cancel) =>
        QemuLocator.Find(platform, process.Environment, problems) is { } path
            ? await QemuFactsCache.GetAsync(path, Cache(process), problems, cancel).ConfigureAwait(false)
            : null;

    private static string? Cache(ProcessContext process) =>
        CacheDirectory.Of(HostProbe.EffectiveUser, process.Environment);
}
