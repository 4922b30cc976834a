using Vmspawn.Firmware;

namespace Vmspawn.Shares;

/// <summary>
/// Finds virtiofsd: by <c>$VMSPAWN_VIRTIOFSD</c>, else by QEMU's descriptors of vhost-user programs, then where distributions put it,
/// then in <c>$PATH</c>.
/// </summary>
internal static class VirtiofsdLocator
{
    /// <summary>Its path, or <c>none</c>.</summary>
    public const string Variable = "VMSPAWN_VIRTIOFSD";

    private const string Name = "virtiofsd";

    private static readonly string[] Places = ["/usr/libexec/virtiofsd", "/usr/lib/virtiofsd", "/usr/lib/qemu/virtiofsd", "/usr/local/libexec/virtiofsd"];

    /// <summary>Looks, and asks each program that it finds.</summary>
    /// <param name="environment">Reads one environment variable.</param>
    /// <param name="findProgram">Finds a program in <c>$PATH</c>.</param>
    public static VirtiofsdFacts Look(Func<string, string?> environment, Func<string, string?> findProgram)
    {
        var (paths, lookedAt) = environment(Variable) is { Length: > 0 } given
            ? (given == "none" ? [] : new List<string> { given }, new List<string> { $"${Variable}={given}" })
            : Candidates(environment, findProgram);
        var programs = new List<VirtiofsdProgram>();
        var damaged = new List<string>();
        foreach (var path in paths.Distinct())
        {
            if (VirtiofsdProgram.Ask(path, out var error) is { } program)
                programs.Add(program);
            else
                damaged.Add($"{path}: {error}");
        }

        return new VirtiofsdFacts(programs, lookedAt, damaged, VirtiofsdConfinement.Best());
    }

    private static (List<string> Paths, List<string> LookedAt) Candidates(Func<string, string?> environment, Func<string, string?> findProgram)
    {
        var directories = FirmwarePlaces.Below("qemu/vhost-user", environment);
        var files = DescriptorFiles.List(directories);
        var paths = files.Paths.Select(VhostUserDescriptor.FileServer).OfType<string>().ToList();
        var lookedAt = directories.ToList();
        // Whoever masks a descriptor does not want the program that it names.
        if (files.Masked.Count == 0)
        {
            paths.AddRange(Places.Where(File.Exists));
            lookedAt.AddRange(Places);
        }

        if (findProgram(Name) is { } inPath)
            paths.Add(inPath);
        lookedAt.Add("$PATH");
        return (paths, lookedAt);
    }
}
