using System.Runtime.CompilerServices;
using Vmspawn.Cli.Control;
using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Control.Run;
using Vmspawn.Cli.Running;
using Vmspawn.Cli.Ssh;
using Vmspawn.Linux;

namespace Vmspawn.Cli;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        // On the main thread and before the first await: see ParentDeath.
        if (ParentDeath.TryRunTrampoline(args, out var exitCode))
            return exitCode;
        // Under the dotnet host /proc/self/exe is dotnet, not vmspawn.
        if (!RuntimeFeature.IsDynamicCodeSupported)
            ParentDeath.UseSelf();
        return Output.Status(await LastCatch.RunAsync(failed =>
        {
            var invokedAs = Environment.GetCommandLineArgs()[0];
            return DispatchAsync(CommandLine.Parse(invokedAs, args, ReadEnvironment()), failed);
        }));
    }

    private static async Task<int> DispatchAsync(ParsedCommand command, CancellationToken failed)
    {
        if (command is not (ShowHelp or ShowText or Mistakes or ShowControlHelp) && !WorkerThreads.TryReserve())
        {
            Report.Error("no thread can be started: no memory or no process is left for this user (see ulimit -u, TasksMax= and MemoryMax=)");
            return ExitStatus.Failed;
        }

        switch (command)
        {
            case ShowHelp:
                return Output.Write(HelpText.Write(TextStyle.OfOutput(TerminalColumns())));
            case ShowText(var text):
                return Output.Write(text);
            case Mistakes(var problems):
                return Report.Failure(problems);
            case PlanCommand plan:
                return await PlanVerb.RunAsync(plan);
            case FirmwareCommand(var options, var question):
                return await FirmwareAnswer.RunAsync(options, question);
            case RunCommand(_, Detached { Link: null }):
                return await DetachedStart.RunAsync(Environment.GetCommandLineArgs()[1..], "machine");
            case RunCommand(var options, var mode) run:
                return await RunVerb.RunAsync(options, run.ImageName, mode, failed);
            case DemoCommand(var options):
                return await RunVerb.RunAsync(DemoVerb.Fill(options), null, new Attended(), failed);
            case NetworkCreateCommand { Foreground: false, Link: null }:
                return await DetachedStart.RunAsync(Environment.GetCommandLineArgs()[1..], "network");
            case NetworkCreateCommand network:
                return await NetworkOwner.RunAsync(network, failed);
            case ControlCommand control:
                return await ControlRun.RunAsync(control);
            case ShowControlHelp(var verb):
                return Output.Write(ControlHelp.Write(verb, TextStyle.OfOutput(TerminalColumns())));
            case ConnectForSsh connect:
                return await SshProxyVerb.RunAsync(connect);
            case Suggest(var words):
                return Output.Write(await Suggestions.OfAsync(words, Completion.WordsAsync));
            default:
                throw new InvalidOperationException($"Nobody carries out {command.GetType()}.");
        }
    }

    private static int? TerminalColumns() =>
        int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out var columns) ? columns : null;

    private static Dictionary<string, string> ReadEnvironment()
    {
        var environment = new Dictionary<string, string>();
        foreach (var name in EnvironmentRequests.Names)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                environment.Add(name, value);
        }

        return environment;
    }
}
