using Vmspawn.Cli.Running;

namespace Vmspawn.Cli;

internal static class Program
{
    private static int Main(string[] args)
    {
        var invokedAs = Environment.GetCommandLineArgs()[0];
        return Dispatch(CommandLine.Parse(invokedAs, args, ReadEnvironment()));
    }

    private static int Dispatch(ParsedCommand command)
    {
        switch (command)
        {
            case ShowHelp:
                Console.Out.Write(HelpText.Write(TextStyle.OfOutput()));
                return 0;
            case ShowText(var text):
                Console.Out.Write(text);
                return 0;
            case Mistakes(var problems):
                return Report.Failure(problems);
            case PlanCommand(var options, var format):
                return PlanVerb.Run(options, format);
            default:
                throw new InvalidOperationException($"Nobody carries out {command.GetType()}.");
        }
    }

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
