namespace Vmspawn.Doctor;

/// <summary>Findings about how users and services reach a guest.</summary>
internal static class IntegrationFindings
{
    public static IEnumerable<Finding> Of(HostExamination host)
    {
        yield return Ssh(host);
        yield return Machined(host);
        yield return Journal(host);
        yield return Volumes(host);
    }

    private static Finding Ssh(HostExamination host)
    {
        var missing = new[] { "ssh", "ssh-keygen" }.Where(name => host.Program(name) is null).ToList();
        return missing.Count == 0
            ? Finding.Works("ssh", "ssh", host.Program("ssh")!)
            : Finding.Lacks(
                "ssh", "ssh", $"{string.Join(" and ", missing)} not found", "no keys for guests, no vmspawn ssh", host.Distribution.Install(Package.Ssh));
    }

    private static Finding Machined(HostExamination host)
    {
        const string Cost = "machinectl does not list the machines; vmspawn list does";
        if (host.Machined is { } socket)
            return Finding.Works("machined", "registration", socket);
        return host.RunsSystemd
            ? Finding.Lacks("machined", "registration", "systemd-machined does not run", Cost, host.Distribution.Install(Package.Machined))
            : Finding.Lacks("machined", "registration", "systemd does not run here", Cost, null);
    }

    private static Finding Journal(HostExamination host) => host.Program("systemd-journal-remote") is { } program
        ? Finding.Works("journal", "journal", program)
        : Finding.Lacks(
            "journal", "journal", "systemd-journal-remote is not installed", "no --forward-journal=", host.Distribution.Install(Package.JournalRemote));

    private static Finding Volumes(HostExamination host) => host.StorageProviders.Count > 0
        ? Finding.Works("volumes", "volumes", $"providers {string.Join(", ", host.StorageProviders)}")
        : Finding.Lacks("volumes", "volumes", "no storage provider serves", "no --bind-volume=", "systemctl start systemd-storage-fs.socket (systemd 261 or later)");
}
