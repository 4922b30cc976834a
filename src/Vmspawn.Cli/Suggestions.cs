using System.CommandLine;
using Vmspawn.Cli.Declarations;

namespace Vmspawn.Cli;

/// <summary>Shell completion by System.CommandLine's protocol: <c>vmspawn [suggest:POSITION] LINE</c> prints the words that fit.</summary>
internal static class Suggestions
{
    /// <summary>Whether the first word is the directive; the drop-in's first word may be a kernel argument.</summary>
    public static bool AreAskedFor(string invokedAs, string[] args) =>
        args.Length > 0 && args[0].StartsWith("[suggest", StringComparison.Ordinal) && !Verbs.IsDropIn(invokedAs);

    /// <summary>The words, one a line.</summary>
    public static string Of(string[] args)
    {
        var output = new StringWriter();
        var root = Root();
        root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false })
            .Invoke(new InvocationConfiguration { Output = output, Error = TextWriter.Null });
        return output.ToString();
    }

    private static RootCommand Root()
    {
        var root = new RootCommand();
        root.Options.Clear();
        AddOptions(root, OptionTable.Create());
        foreach (var verb in Verbs.Now)
        {
            var command = new Command(verb);
            AddOptions(command, verb == "plan" ? OptionTable.Create(PlanFormatOption.Declare()) : OptionTable.Create());
            root.Subcommands.Add(command);
        }

        return root;
    }

    private static void AddOptions(Command command, OptionTable table)
    {
        foreach (var option in table.All)
        {
            if (option.Availability == Availability.Later)
                continue;
            if (option.Words.Length > 0)
                option.CompletionSources.Add(option.Words);
            command.Options.Add(option);
        }
    }
}
