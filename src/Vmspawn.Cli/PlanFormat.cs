using Vmspawn.Cli.Declarations;

namespace Vmspawn.Cli;

/// <summary>The output format of <c>vmspawn plan</c>.</summary>
internal enum PlanFormat
{
    /// <summary>The topology as a tree.</summary>
    Tree,

    /// <summary>The whole plan as JSON.</summary>
    Json,

    /// <summary>QEMU's arguments, one per line.</summary>
    Argv,
}

/// <summary>The option <c>--format=</c>, which only <c>plan</c> has.</summary>
internal static class PlanFormatOption
{
    public const string Name = "--format";

    private static readonly (string Word, PlanFormat Value)[] Formats =
        [("tree", PlanFormat.Tree), ("json", PlanFormat.Json), ("argv", PlanFormat.Argv)];

    /// <summary>Its declaration; <see cref="Of"/> returns the value, because it is not an option of the VM.</summary>
    public static VmOption Declare() =>
        Declarations.Declare.Choice(Topic.General, Name, "FORMAT", "plan only: tree, json, argv", "tree", Formats, (options, _) => options);

    /// <summary>The format of the last valid occurrence.</summary>
    public static PlanFormat Of(IEnumerable<GivenOption<VmOption>> given)
    {
        var format = PlanFormat.Tree;
        foreach (var (option, value) in given)
        {
            if (option.Name == Name && ChoiceText.Parse(value, Formats) is { Mistake: null } parsed)
                format = parsed.Value;
        }

        return format;
    }
}

/// <summary>The option <c>--restorable</c>, which only <c>plan</c> has.</summary>
internal static class RestorableOption
{
    private const string Name = "--restorable";

    /// <summary>Its declaration; <see cref="Of"/> returns the value, because it is not an option of the VM.</summary>
    public static VmOption Declare() =>
        Declarations.Declare.Flag(Topic.General, Name, null, "plan only: say whether the machine could be frozen, and what forbids it", options => options);

    /// <summary>Whether it was given.</summary>
    public static bool Of(IEnumerable<GivenOption<VmOption>> given) => given.Any(found => found.Option.Name == Name);
}
