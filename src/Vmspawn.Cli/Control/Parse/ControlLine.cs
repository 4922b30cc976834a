using Vmspawn.Cli.Declarations;
using Vmspawn.Options;

namespace Vmspawn.Cli.Control.Parse;

/// <summary>Parses the arguments of a subcommand for running machines. Unlike with kernel arguments, options may follow
/// the operands.</summary>
internal static class ControlLine
{
    public static ParsedCommand Parse(ControlVerb verb, ReadOnlySpan<string> words)
    {
        var read = GetoptWords.Read(words, Table(verb), anywhere: !verb.OptionsFirst);
        var problems = new List<Problem>(read.Problems);
        var (given, operands) = (read.Given, read.Rest);
        if (verb.OptionsAfterName && operands.Count > 1)
        {
            var more = GetoptWords.Read(operands.Skip(1).ToArray(), Table(verb));
            problems.AddRange(more.Problems);
            (given, operands) = ([.. given, .. more.Given], [operands[0], .. more.Rest]);
        }

        var options = new ControlOptions { Given = [.. given.Select(one => one.Option.Name)] };
        foreach (var (option, value) in given)
            options = option.Set(options, value, problems);
        if (options.Help)
            return new ShowControlHelp(verb);

        var complete = CheckOperands(verb, operands, problems);
        var command = complete ? verb.Read(options, operands, problems) : null;
        return problems.Count > 0 ? new Mistakes(problems) : command!;
    }

    /// <summary>The options of a subcommand.</summary>
    public static OptionTable<ControlOption> Table(ControlVerb verb) => new([.. verb.Options(), .. ControlDeclarations.Common(verb)]);

    private static bool CheckOperands(ControlVerb verb, IReadOnlyList<string> words, List<Problem> problems)
    {
        for (var i = 0; i < words.Count; i++)
        {
            if (verb.OperandAt(i) is not { } operand)
                problems.Add(Usage("operand-surplus", words[i], $"{verb.Name} takes no such word", verb));
            else if (operand.Kind is OperandKind.Machine or OperandKind.LoggedMachine && MachineNameText.Parse(words[i]).Mistake is { } mistake)
                problems.Add(mistake.About(words[i]));
            else if (operand.Kind == OperandKind.Storage && StorageIdText.Parse(words[i]).Mistake is { } wrong)
                problems.Add(wrong.About(words[i]));
            else if (words[i].Length == 0)
                problems.Add(Usage("operand-empty", operand.Label, "the word is empty", verb));
        }

        if (verb.OperandAt(words.Count) is not { Optional: false } missing || (missing.Repeats && words.Count >= verb.Operands.Length))
            return true;
        problems.Add(Usage("operand-missing", verb.Name, $"{missing.Label} is missing", verb));
        return false;
    }

    private static Problem Usage(string code, string subject, string text, ControlVerb verb) =>
        new(code, subject, text, verb.Usage, ProblemKind.Usage);
}
