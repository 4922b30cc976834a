using Vmspawn.Doctor;
using Vmspawn.Linux;
using Vmspawn.Resolve;

namespace Vmspawn;

/// <summary>The severity of a finding about a host.</summary>
public enum HostFindingState
{
    /// <summary>Present and working.</summary>
    Works,

    /// <summary>Missing, but machines start without it.</summary>
    Lacks,

    /// <summary>Machines cannot start.</summary>
    Fails,
}

/// <summary>The state of one facility of a host that machines use.</summary>
/// <param name="Id">A stable identifier for programs, such as <c>kvm</c>.</param>
/// <param name="Subject">Its name for users.</param>
/// <param name="State">The severity.</param>
/// <param name="Found">What was found, or what is missing and why.</param>
/// <param name="Cost">What does not work without it; null when it works.</param>
/// <param name="Fix">A command or another remedy; null when it works or there is no remedy.</param>
public sealed record HostFinding(string Id, string Subject, HostFindingState State, string Found, string? Cost = null, string? Fix = null)
{
    internal static HostFinding Works(string id, string subject, string found) => new(id, subject, HostFindingState.Works, found);

    internal static HostFinding Lacks(string id, string subject, string found, string cost, string? fix) =>
        new(id, subject, HostFindingState.Lacks, found, cost, fix);
}

/// <summary>What this host can do for machines.</summary>
public sealed record VmHost
{
    /// <summary>The name of its distribution.</summary>
    public required string Distribution { get; init; }

    /// <summary>Linux's release, such as <c>6.1.0-18-amd64</c>.</summary>
    public required string Kernel { get; init; }

    /// <summary>The user who would start machines.</summary>
    public required string User { get; init; }

    /// <summary>The number of processors that this process may use; null when nothing is known because machines cannot start.</summary>
    public int? Cpus { get; init; }

    /// <summary>Bytes of memory; null when nothing is known because machines cannot start.</summary>
    public long? Memory { get; init; }

    /// <summary>What was examined; findings without which no machine starts come first.</summary>
    public required IReadOnlyList<HostFinding> Findings { get; init; }

    /// <summary>Whether guests run with KVM: a trial guest did.</summary>
    public bool HasKvm => Findings.Any(finding => finding is { Id: GuestFindings.KvmId, State: HostFindingState.Works });

    /// <summary>Why no machine starts here, as a sentence with what to do about it; null when machines start.</summary>
    public string? WhyNot => Findings.FirstOrDefault(finding => finding.State == HostFindingState.Fails) is { } reason
        ? $"{reason.Subject}: {reason.Found}{(reason.Fix is null ? "" : $" ({reason.Fix})")}"
        : null;

    /// <summary>Examines the host; takes some seconds where a trial guest has to run, which is once for each boot of the host.</summary>
    /// <param name="environment">What is read of this process; null for <see cref="VmEnvironment.OfProcess"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<VmHost> ExamineAsync(VmEnvironment? environment = null, CancellationToken cancellationToken = default)
    {
        var process = new ProcessContext((environment ?? VmEnvironment.OfProcess).Variable, null, RandomNumber.Next);
        return Of(await new Examiner(process).LookAsync(cancellationToken).ConfigureAwait(false));
    }

    internal static VmHost Of(HostExamination host) => new()
    {
        Distribution = host.Distribution.Name,
        Kernel = host.Kernel,
        User = host.User,
        Cpus = host.Host?.CpuCount,
        Memory = host.Host?.TotalMemory,
        Findings = Diagnosis.Of(host),
    };
}
