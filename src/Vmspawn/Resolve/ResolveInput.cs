using Vmspawn.Options;

namespace Vmspawn.Resolve;

/// <summary>The input of every part of the resolve stage, and the receivers of its messages.</summary>
/// <param name="Options">The final options.</param>
/// <param name="Machine">The machine's name.</param>
/// <param name="IsUser">The machine is an ordinary user's.</param>
/// <param name="Host">The host's facts.</param>
/// <param name="Process">The process's environment.</param>
/// <param name="Problems">Receives the reasons why no machine can be started.</param>
/// <param name="Notices">Receives messages for the user that are not errors.</param>
internal sealed record ResolveInput(
    VmOptions Options, string Machine, bool IsUser, HostInventory Host, ProcessContext Process, List<Problem> Problems, List<string> Notices)
{
    /// <summary>Receives messages for diagnosis only.</summary>
    public List<string> Details { get; } = [];

    /// <summary>The value of <c>$TMPDIR</c>.</summary>
    public string? TemporaryDirectory => Process.Environment("TMPDIR");

    /// <summary>The requested kind of confidential guest, or null.</summary>
    public ConfidentialTechnique? Technique => ConfidentialTechnique.Of(Options.Confidential);
}
