using Vmspawn.Linux;
using Vmspawn.Ssh;

namespace Vmspawn.Resolve;

/// <summary>The environment of the process, passed explicitly so that resolvers do not read it themselves.</summary>
/// <param name="Environment">Reads one environment variable.</param>
/// <param name="Terminal">Size of the terminal that standard output is, or null when it is none.</param>
/// <param name="RandomSuffix">Generates the number that distinguishes ephemeral machines of one image.</param>
internal sealed record ProcessContext(
    Func<string, string?> Environment,
    WindowSize? Terminal,
    Func<ulong> RandomSuffix)
{
    /// <summary>Gets an SSH key from its maker; by default a placeholder, which no guest accepts.</summary>
    public Func<SshKeyMaker, CancellationToken, Task<SshKeyPair>> TakeSshKey { get; init; } = (_, _) => Task.FromResult(SshKeyPair.StandIn);
}
