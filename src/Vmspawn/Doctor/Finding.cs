namespace Vmspawn.Doctor;

/// <summary>How bad it is.</summary>
internal enum FindingState
{
    /// <summary>It is there and works.</summary>
    Works,

    /// <summary>Something is missing that machines start without.</summary>
    Lacks,

    /// <summary>No machine starts.</summary>
    Fails,
}

/// <summary>One thing that machines use, as this host has it.</summary>
/// <param name="Id">A stable word for programs, such as <c>kvm</c>.</param>
/// <param name="Subject">Its name for people.</param>
/// <param name="State">How bad it is.</param>
/// <param name="Found">What there is, or what is missing and why.</param>
/// <param name="Cost">What cannot be had meanwhile; null where it works.</param>
/// <param name="Mend">A command, or what else to do; null where it works and where nothing helps.</param>
internal sealed record Finding(string Id, string Subject, FindingState State, string Found, string? Cost = null, string? Mend = null)
{
    public static Finding Works(string id, string subject, string found) => new(id, subject, FindingState.Works, found);

    public static Finding Lacks(string id, string subject, string found, string cost, string? mend) =>
        new(id, subject, FindingState.Lacks, found, cost, mend);
}

/// <summary>What an examination means: pure, so that each host can be made up.</summary>
internal static class Diagnosis
{
    /// <summary>All findings, those first without which nothing starts.</summary>
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
