namespace Vmspawn.Cli;

internal static class Program
{
    private static int Main(string[] args)
    {
        // The trampoline of child processes belongs here, before anything else: ParentDeath.TryRunTrampoline.
        var invokedAs = Environment.GetCommandLineArgs()[0];
        return Dispatch(CommandLine.Parse(invokedAs, args, ReadEnvironment()));
    }

    private static int Dispatch(ParsedCommand command)
    {
        switch (command)
        {
            case ShowHelp:
                return Output.Write(HelpText.Write(TextStyle.OfOutput(TerminalColumns())));
            case ShowText(var text):
                return Output.Write(text);
            case Mistakes(var problems):
                return Fail(problems);
            default:
                return Fail([new Problem("not-available", "vmspawn", "starting machines is not available yet")]);
        }
    }

    private static int Fail(IReadOnlyList<Problem> problems)
    {
        Output.WriteError(Messages.Of(problems, TextStyle.OfError()));
        return Messages.ExitStatus(problems);
    }

    private static int? TerminalColumns() =>
        int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out var columns) ? columns : null;

    private static Dictionary<string, string> ReadEnvironment()
    {
        var environment = new Dictionary<string, string>();
        foreach (var name in EnvironmentWishes.Names)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                environment.Add(name, value);
        }

        return environment;
    }
}
