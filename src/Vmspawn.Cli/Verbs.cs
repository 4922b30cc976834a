using Vmspawn.Cli.Control.Parse;

namespace Vmspawn.Cli;

/// <summary>The kinds of subcommands.</summary>
internal enum Verb
{
    Run,
    Plan,
    Demo,

    /// <summary>A subcommand of <see cref="ControlVerbs"/>.</summary>
    Control,
}

/// <summary>Subcommands: recognised as the first argument only.</summary>
internal static class Verbs
{
    /// <summary>The name under which vmspawn behaves as systemd-vmspawn, which has no subcommands.</summary>
    public const string DropInName = "systemd-vmspawn";

    /// <summary>The subcommands that plan or start a VM, in the order of <see cref="Verb"/>.</summary>
    public static IReadOnlyList<string> Starting { get; } = ["run", "plan", "demo"];

    /// <summary>The implemented subcommands.</summary>
    public static IReadOnlyList<string> Now => [.. Starting, .. ControlVerbs.Names];

    /// <summary>Subcommands that are not implemented and are refused.</summary>
    public static IReadOnlyList<string> Later { get; } = ["completion"];

    /// <summary>Finds the subcommand.</summary>
    /// <returns>The verb and the index of its first argument, or a problem for an unknown subcommand.</returns>
    public static (Verb Verb, int First, Problem? Unknown) Find(string invokedAs, string[] args)
    {
        if (args.Length == 0 || args[0].StartsWith('-') || IsDropIn(invokedAs))
            return (Verb.Run, 0, null);
        for (var i = 0; i < Starting.Count; i++)
        {
            if (Starting[i] == args[0])
                return ((Verb)i, 1, null);
        }

        if (Array.IndexOf(ControlVerbs.Names, args[0]) >= 0)
            return (Verb.Control, 1, null);
        return (Verb.Run, 0, Refuse(args[0]));
    }

    /// <summary>Whether the program was started as systemd-vmspawn.</summary>
    public static bool IsDropIn(string invokedAs) => Path.GetFileName(invokedAs) == DropInName;

    private static Problem Refuse(string word)
    {
        if (Later.Contains(word))
            return new Problem("not-available", word, "this subcommand is not available yet", $"there are {string.Join(", ", Now)}", ProblemKind.Usage);
        var hint = Nearest.Hint(word, Now.Concat(Later)) ?? (word.Length > 0 && char.IsAsciiDigit(word[^1]) ? $"to boot an image by name: vmspawn run {word}" : null) ?? (File(word) ? $"to boot it: -i {word}" : "kernel arguments follow the options: vmspawn run -i IMAGE ARGUMENT…");
        return new Problem("verb-unknown", word, "there is no such subcommand", hint, ProblemKind.Usage);
    }

    private static bool File(string word) => word.Contains('/') || word.EndsWith(".raw", StringComparison.Ordinal) || word.EndsWith(".qcow2", StringComparison.Ordinal);
}
