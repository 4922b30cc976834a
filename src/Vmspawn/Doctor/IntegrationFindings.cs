namespace Vmspawn.Doctor;

/// <summary>Findings about how users and services reach a guest.</summary>
internal static class IntegrationFindings
{
    public static IEnumerable<HostFinding> Of(HostExamination host)
    {
        yield return Ssh(host);
        yield return Machined(host);
        yield return Journal(host);
        yield return Volumes(host);
    }

    private static HostFinding Ssh(HostExamination host)
    {
        var missing = new[] { "ssh", "ssh-keygen" }.Where(name => host.Program(name) is null).ToList();
        return missing.Count == 0
            ? HostFinding.Works("ssh", "ssh", host.Program("ssh")!)
            : HostFinding.Lacks(
                "ssh", "ssh", $"{string.Join(" and ", missing)} not found", "no keys for guests, no vmspawn ssh", host.Distribution.Install(Package.Ssh));
    }

    private static HostFinding Machined(HostExamination host)
    {
        const string Cost = "machinectl does not list the machines; vmspawn list does";
        if (host.Machined is { } socket)
            return HostFinding.Works("machined", "registration", socket);
        return host.RunsSystemd
            ? HostFinding.Lacks("machined", "registration", "systemd-machined does not run", Cost, host.Distribution.Install(Package.Machined))
            : HostFinding.Lacks("machined", "registration", "systemd does not run here", Cost, null);
    }

    private static HostFinding Journal(HostExamination host) => host.Program("systemd-journal-remote") is { } program
        ? HostFinding.Works("journal", "journal", program)
        : HostFinding.Lacks(
            "journal", "journal", "systemd-journal-remote is not installed", "no --forward-journal=", host.Distribution.Install(Package.JournalRemote));

    private static HostFinding Volumes(HostExamination host) => host.StorageProviders.Count > 0
        ? HostFinding.Works("volumes", "volumes", $"providers {string.Join(", ", host.StorageProviders)}")
        : HostFinding.Lacks("volumes", "volumes", "no storage provider serves", "no --bind-volume=", "systemctl start systemd-storage-fs.socket (systemd 261 or later)");
}
