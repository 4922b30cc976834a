namespace Vmspawn.Doctor;

/// <summary>Derives findings from an examination; pure, so that tests can construct any host.</summary>
internal static class Diagnosis
{
    /// <summary>All findings; those without which no machine starts come first.</summary>
    public static IReadOnlyList<HostFinding> Of(HostExamination host) =>
    [
        Place(host),
        .. GuestFindings.Of(host),
        .. WiringFindings.Of(host),
        .. IntegrationFindings.Of(host),
    ];

    private static HostFinding Place(HostExamination host)
    {
        const string Id = "runtime-directory";
        const string Subject = "runtime files";
        return host.Host is { } facts
            ? HostFinding.Works(Id, Subject, facts.Runtime.Path)
            : new HostFinding(Id, Subject, HostFindingState.Fails, host.HostProblem!.Text, "nothing can be started", host.HostProblem.Hint);
    }
}
