using Vmspawn.Options;

namespace Vmspawn.Cli.Control.Parse;

/// <summary>The operands of <c>cp</c>: one of them is in a guest. A path with a slash before its first colon is the host's.</summary>
internal static class CopyArguments
{
    public static ControlCommand? Read(ControlOptions options, IReadOnlyList<string> given, ICollection<Problem> problems)
    {
        var (source, target) = (Split(given[0]), Split(given[1]));
        if (source is null == target is null)
        {
            problems.Add(new Problem(
                "copy-sides", $"{given[0]} {given[1]}", source is null ? "none of the two is in a guest" : "both are in a guest", "write NAME:PATH for one of them", ProblemKind.Usage));
            return null;
        }

        var (name, path) = (source ?? target)!.Value;
        if (MachineNameText.Parse(name).Mistake is { } mistake)
        {
            problems.Add(mistake.About(name));
            return null;
        }

        if (path.StartsWith('/'))
            return new CopyCommand(options.Scope, name, path, source is null ? given[0] : given[1], IsIn: source is null, options.Recursive);
        problems.Add(new Problem("copy-path", $"{name}:{path}", "the path in the guest is not absolute", $"write {name}:/{path}", ProblemKind.Usage));
        return null;
    }

    private static (string Name, string Path)? Split(string operand)
    {
        var colon = operand.IndexOf(':');
        return colon <= 0 || operand.AsSpan(0, colon).Contains('/') ? null : (operand[..colon], operand[(colon + 1)..]);
    }
}
