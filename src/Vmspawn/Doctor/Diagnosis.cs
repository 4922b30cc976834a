namespace Vmspawn.Doctor;

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
