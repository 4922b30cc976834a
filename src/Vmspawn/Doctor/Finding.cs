namespace Vmspawn.Doctor;

/// <summary>The severity of a finding.</summary>
internal enum FindingState
{
    /// <summary>Present and working.</summary>
    Works,

    /// <summary>Missing, but machines start without it.</summary>
    Lacks,

    /// <summary>Machines cannot start.</summary>
    Fails,
}

/// <summary>The state of one facility that machines use.</summary>
/// <param name="Id">A stable identifier for programs, such as <c>kvm</c>.</param>
/// <param name="Subject">Its name for users.</param>
/// <param name="State">The severity.</param>
/// <param name="Found">What was found, or what is missing and why.</param>
/// <param name="Cost">What does not work without it; null when it works.</param>
/// <param name="Fix">A command or another remedy; null when it works or there is no remedy.</param>
internal sealed record Finding(string Id, string Subject, FindingState State, string Found, string? Cost = null, string? Fix = null)
{
    public static Finding Works(string id, string subject, string found) => new(id, subject, FindingState.Works, found);

    public static Finding Lacks(string id, string subject, string found, string cost, string? fix) =>
        new(id, subject, FindingState.Lacks, found, cost, fix);
}

/// <summary>Derives findings from an examination; pure, so that tests can construct any host.</summary>
internal static class Diagnosis
{
    /// <summary>All findings; those without which no machine starts come first.</summary>
    public static IReadOnlyList<Finding> Of(HostExamination host) =>
    [
        Place(host),
        .. GuestFindings.Of(host),
        .. WiringFindings.Of(host),
        .. IntegrationFindings.Of(host),
    ];

    private static Finding Place(HostExamination host)
    {
        const string Id = "runtime-directory";
        const string Subject = "runtime files";
        return host.Host is { } facts
            ? Finding.Works(Id, Subject, facts.Runtime.Path)
            : new Finding(Id, Subject, FindingState.Fails, host.HostProblem!.Text, "nothing can be started", host.HostProblem.Hint);
    }
}
