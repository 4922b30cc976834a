namespace Vmspawn.Resolve;

/// <summary>What a process is handed by whoever started it, so that nothing below reads it for itself.</summary>
/// <param name="Environment">Reads one environment variable.</param>
/// <param name="IsTerminal">Whether standard output is a terminal.</param>
/// <param name="RandomSuffix">Makes the number that tells ephemeral machines of one image apart.</param>
internal sealed record Surroundings(
    Func<string, string?> Environment,
    bool IsTerminal,
    Func<ulong> RandomSuffix);
