using Vmspawn.Cli.Declarations;
using Vmspawn.Options;

namespace Vmspawn.Cli;

/// <summary>How <c>vmspawn plan</c> prints.</summary>
internal enum PlanFormat
{
    /// <summary>The topology as a tree, for people.</summary>
    Tree,

    /// <summary>All of it, for programs.</summary>
    Json,

    /// <summary>QEMU's arguments, one a line.</summary>
    Argv,
}

/// <summary>The option <c>--format=</c>, which only <c>plan</c> has.</summary>
internal static class PlanFormatOption
{
    public const string Name = "--format";

    private static readonly (string Word, PlanFormat Value)[] Formats =
        [("tree", PlanFormat.Tree), ("json", PlanFormat.Json), ("argv", PlanFormat.Argv)];

    /// <summary>Its declaration; the value is taken by <see cref="Of"/>, as it is no property of a VM.</summary>
    public static VmOption Declare() =>
        Declarations.Declare.Choice(Topic.General, Name, "FORMAT", "plan only: tree, json, argv", "tree", Formats, (options, _) => options);

    /// <summary>The format that the last valid occurrence asks for.</summary>
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
