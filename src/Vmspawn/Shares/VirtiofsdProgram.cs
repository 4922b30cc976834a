using Vmspawn.Host;
using Vmspawn.Spec;

namespace Vmspawn.Shares;

/// <summary>A virtiofsd of this host, as it describes itself.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Kind">Which of the two programs of that name.</param>
/// <param name="HasReadOnly">It can refuse the guest's writes itself.</param>
/// <param name="HasTranslation">It can map the guest's user and group ids to others of the host.</param>
internal sealed record VirtiofsdProgram(string Path, VirtiofsdKind Kind, bool HasReadOnly, bool HasTranslation)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    /// <summary>Asks it; null with the reason when it is none, or does not run.</summary>
    public static VirtiofsdProgram? Ask(string path, out string? error)
    {
        var run = ChildRun.Run(path, ["--help"], Bound).GetAwaiter().GetResult();
        var program = run.ExitCode == 0 ? Of(path, run.Output) : null;
        error = program is not null ? null
            : run.Error.Length > 0 ? run.Error.Trim().Split('\n')[^1]
            : "it does not say what virtiofsd says of itself";
        return program;
    }

    /// <summary>Reads what it prints for <c>--help</c>; null when that is not virtiofsd's.</summary>
    public static VirtiofsdProgram? Of(string path, string help)
    {
        bool Has(string option) => help.Contains(option, StringComparison.Ordinal);
        VirtiofsdKind? kind = Has("--shared-dir") ? VirtiofsdKind.Rust : Has("-o source=") ? VirtiofsdKind.C : null;
        return kind is { } found && Has("--fd") ? new VirtiofsdProgram(path, found, Has("--readonly"), Has("--translate-uid")) : null;
    }
}
