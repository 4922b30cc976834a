using Vmspawn.Options;

namespace Vmspawn.Resolve;

/// <summary>What every stage of the resolve step reads, and where it reports.</summary>
/// <param name="Options">The final options.</param>
/// <param name="Machine">The machine's name.</param>
/// <param name="IsUser">The machine is an ordinary user's.</param>
/// <param name="Host">What was found on the host.</param>
/// <param name="Process">What our process was started with.</param>
/// <param name="Problems">Takes the reasons why there is no machine.</param>
/// <param name="Notices">Receives messages for the user that are not errors.</param>
internal sealed record ResolveInput(
    VmOptions Options, string Machine, bool IsUser, HostInventory Host, ProcessContext Process, List<Problem> Problems, List<string> Notices)
{
    /// <summary>Receives messages for diagnosis only.</summary>
    public List<string> Details { get; } = [];

    /// <summary>The value of <c>$TMPDIR</c>.</summary>
    public string? TemporaryDirectory => Process.Environment("TMPDIR");

    /// <summary>How the guest is to be confidential, or null.</summary>
    public ConfidentialTechnique? Technique => ConfidentialTechnique.Of(Options.Confidential);
}
