using System.CommandLine;
using Vmspawn.Cli.Control;
using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Declarations;

namespace Vmspawn.Cli;

/// <summary>Returns the candidates for the next operand of a subcommand for running machines.</summary>
/// <param name="verb">The subcommand.</param>
/// <param name="before">The operands before it.</param>
internal delegate Task<IEnumerable<string>> OperandWords(ControlVerb verb, IReadOnlyList<string> before);

/// <summary>Shell completion by System.CommandLine's protocol: <c>vmspawn [suggest:POSITION] LINE</c> prints the candidates.</summary>
internal static class Suggestions
{
    /// <summary>Whether the first word is the directive; the drop-in's first word may be a kernel argument.</summary>
    public static bool AreRequested(string invokedAs, string[] args) =>
        args.Length > 0 && args[0].StartsWith("[suggest", StringComparison.Ordinal) && !Verbs.IsDropIn(invokedAs);

    /// <summary>The candidates, one per line.</summary>
    public static async Task<string> OfAsync(string[] args, OperandWords operands)
    {
        // System.CommandLine's completion is synchronous: the first pass records which operand is requested, the second uses the result.
        (ControlVerb Verb, IReadOnlyList<string> Before)? asked = null;
        var without = Complete(args, (verb, before) =>
        {
            asked = (verb, before);
            return [];
        });
        if (asked is not { } question)
            return without;
        IEnumerable<string> words = [.. await operands(question.Verb, question.Before)];
        return Complete(args, (_, _) => words);
    }

    private static string Complete(string[] args, Func<ControlVerb, IReadOnlyList<string>, IEnumerable<string>> operands)
    {
        var output = new StringWriter();
        var root = Root(operands);
        root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false })
            .Invoke(new InvocationConfiguration { Output = output, Error = TextWriter.Null });
        return output.ToString();
    }

    private static RootCommand Root(Func<ControlVerb, IReadOnlyList<string>, IEnumerable<string>> operands)
    {
        var root = new RootCommand();
        root.Options.Clear();
        AddOptions(root, OptionTable.For(Verb.Run));
        for (var i = 0; i < Verbs.Starting.Count; i++)
        {
            var command = new Command(Verbs.Starting[i]);
            AddOptions(command, OptionTable.For((Verb)i));
            if ((Verb)i is Verb.Run or Verb.Plan)
                AddImages(command);
            root.Subcommands.Add(command);
        }

        foreach (var name in ControlVerbs.Names)
            root.Subcommands.Add(ControlCommand(ControlVerbs.Find(name)!, operands));
        return root;
    }

    private static Command ControlCommand(ControlVerb verb, Func<ControlVerb, IReadOnlyList<string>, IEnumerable<string>> operands)
    {
        var command = new Command(verb.Name);
        foreach (var option in ControlLine.Table(verb).All)
            Add(command, option);
        if (verb.Operands.Length == 0)
            return command;
        var words = new Argument<string[]>("operands") { Arity = ArgumentArity.ZeroOrMore };
        words.CompletionSources.Add(asked =>
        {
            var given = asked.ParseResult.GetResult(words)?.Tokens.Select(token => token.Value).ToList() ?? [];
            // The word under the cursor is the last one, unless it is empty.
            if (asked.WordToComplete.Length > 0 && given.Count > 0)
                given.RemoveAt(given.Count - 1);
            return operands(verb, given).Select(word => new System.CommandLine.Completions.CompletionItem(word));
        });
        command.Arguments.Add(words);
        return command;
    }

    private static void AddImages(Command command)
    {
        var image = new Argument<string>("image") { Arity = ArgumentArity.ZeroOrOne };
        image.CompletionSources.Add(_ => Completion.Images().Select(name => new System.CommandLine.Completions.CompletionItem(name)));
        command.Arguments.Add(image);
    }

    private static void AddOptions(Command command, OptionTable<VmOption> table)
    {
        foreach (var option in table.All)
            Add(command, option);
    }

    private static void Add(Command command, CommandOption option)
    {
        if (option.Words.Length > 0)
            option.CompletionSources.Add(option.Words);
        command.Options.Add(option);
    }
}
