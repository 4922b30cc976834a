using Vmspawn.Firmware;
using Vmspawn.Host;
using Vmspawn.Spec;

namespace Vmspawn.Shares;

/// <summary>The virtiofsd programs of the host.</summary>
/// <param name="Programs">The working programs, in search order.</param>
/// <param name="LookedAt">The places searched, for messages.</param>
/// <param name="Damaged">Programs that do not run, each with the reason: <c>PATH: WHY</c>.</param>
/// <param name="Sandbox">The strongest sandbox that works on the host.</param>
internal sealed record VirtiofsdFacts(
    IReadOnlyList<VirtiofsdProgram> Programs, IReadOnlyList<string> LookedAt, IReadOnlyList<string> Damaged, VirtiofsdSandbox Sandbox)
{
    /// <summary>The program to use, or null; prefers the one in Rust, which is still maintained.</summary>
    /// <param name="isRoot">Whether the user is root, which the program in C requires.</param>
    public VirtiofsdProgram? Best(bool isRoot) =>
        Programs.FirstOrDefault(program => program.Kind == VirtiofsdKind.Rust) ?? (isRoot ? Programs.ElementAtOrDefault(0) : null);

    /// <summary>Why none is usable, as the end of a sentence.</summary>
    public string WhyNone => Programs.Count > 0
        ? $"{Programs[0].Path} only runs as root"
        : $"no virtiofsd was found ({string.Join("; ", [$"looked at {string.Join(", ", LookedAt)}", .. Damaged])})";
}

/// <summary>Determines the sandbox that virtiofsd can use: virtiofsd exits when the requested one does not work.</summary>
internal static class VirtiofsdConfinement
{
    public static VirtiofsdSandbox Best() =>
        !OwnCapabilities.Has(OwnCapabilities.SysChroot) ? VirtiofsdSandbox.None
        : OwnCapabilities.Has(OwnCapabilities.SysAdmin) && IsMountPoint(ProcFile.Lines("/proc/self/mountinfo")) ? VirtiofsdSandbox.Namespace
        : VirtiofsdSandbox.Chroot;

    /// <summary>Whether the root directory is a mount point, which pivot_root(2) requires; in a plain chroot it is not.</summary>
    /// <param name="mountInfo">Lines of proc(5), "mountinfo".</param>
    internal static bool IsMountPoint(IEnumerable<string> mountInfo) =>
        mountInfo.Any(line => line.Split(' ', 6) is [_, _, _, _, "/", ..]);
}

/// <summary>A virtiofsd program and its features, from its help output.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Kind">Which of the two programs of that name.</param>
/// <param name="HasReadOnly">It supports read-only shares.</param>
/// <param name="HasTranslation">It can map the guest's user and group ids to other host ids.</param>
internal sealed record VirtiofsdProgram(string Path, VirtiofsdKind Kind, bool HasReadOnly, bool HasTranslation)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    /// <summary>Queries the program; without a result there is an error: it is not virtiofsd, or does not run.</summary>
    public static async Task<(VirtiofsdProgram? Program, string? Error)> AskAsync(string path, CancellationToken cancel)
    {
        var run = await ChildRun.Run(path, ["--help"], Bound, cancel).ConfigureAwait(false);
        if (run.ExitCode == 0 && Of(path, run.Output) is { } program)
            return (program, null);
        return (null, run.TimedOut ? $"it did not answer \"--help\" within {Bound.TotalSeconds:0} s"
            : run.Error.Length > 0 ? run.Error.Trim().Split('\n')[^1]
            : "its --help output is not virtiofsd's");
    }

    /// <summary>Parses the output of <c>--help</c>; null when it is not virtiofsd's.</summary>
    public static VirtiofsdProgram? Of(string path, string help)
    {
        bool Has(string option) => help.Contains(option, StringComparison.Ordinal);
        VirtiofsdKind? kind = Has("--shared-dir") ? VirtiofsdKind.Rust : Has("-o source=") ? VirtiofsdKind.C : null;
        return kind is { } found && Has("--fd") ? new VirtiofsdProgram(path, found, Has("--readonly"), Has("--translate-uid")) : null;
    }
}

/// <summary>
/// Finds virtiofsd: by <c>$VMSPAWN_VIRTIOFSD</c>, else by QEMU's descriptors of vhost-user programs, then at distributions' paths,
/// then in <c>$PATH</c>.
/// </summary>
internal static class VirtiofsdLocator
{
    /// <summary>The environment variable with its path, or <c>none</c>.</summary>
    public const string Variable = "VMSPAWN_VIRTIOFSD";

    private const string Name = "virtiofsd";

    private static readonly string[] Places = ["/usr/libexec/virtiofsd", "/usr/lib/virtiofsd", "/usr/lib/qemu/virtiofsd", "/usr/local/libexec/virtiofsd"];

    /// <summary>Searches, and queries each program found.</summary>
    /// <param name="environment">Reads one environment variable.</param>
    /// <param name="findProgram">Finds a program in <c>$PATH</c>.</param>
    /// <param name="cancel">Cancels the queries.</param>
    public static async Task<VirtiofsdFacts> LookAsync(
        Func<string, string?> environment, Func<string, string?> findProgram, CancellationToken cancel)
    {
        var (paths, lookedAt) = environment(Variable) is { Length: > 0 } given
            ? (given == "none" ? [] : new List<string> { given }, new List<string> { $"${Variable}={given}" })
            : Candidates(environment, findProgram);
        var programs = new List<VirtiofsdProgram>();
        var damaged = new List<string>();
        foreach (var path in paths.Distinct())
        {
            var (program, error) = await VirtiofsdProgram.AskAsync(path, cancel).ConfigureAwait(false);
            if (program is not null)
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
        // A masked descriptor means that the program must not be used.
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
