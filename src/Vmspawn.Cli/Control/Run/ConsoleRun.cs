using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Running;
using Vmspawn.Cli.Running.Terminal;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn console</c>: the console of a machine of another process on the standard streams, until the machine ends or the user leaves.</summary>
internal static class ConsoleRun
{
    public static async Task<string?> RunAsync(ConsoleCommand command, RunningMachineOptions where)
    {
        await using var machine = await RunningMachine.OpenAsync(command.Name, where);
        var report = new Report(command.Quiet);
        // The forwarder disposes it.
        var attached = await machine.OpenConsoleAsync();
        report.Notice($"{machine.Name}: attached to its console{(TerminalMode.IsTerminal(StandardStream.Input) ? "; Ctrl-] three times within a second leaves it" : "")}");
        bool hasLeft;
        await using (var forwarder = ConsoleForwarder.Start(ConsoleEnd.Of(attached), new ConsoleSpec(StandardStream.Output)
        {
            Input = StandardStream.Input,
            Background = ConsoleSpec.ChooseBackground(null, Environment.GetEnvironmentVariable),
            Failed = (what, why) => report.Notice($"{machine.Name}: cannot {what}: {FailureReason.Of(why)}"),
        }))
        {
            hasLeft = await Task.WhenAny(forwarder.Drained, forwarder.KillRequested) == forwarder.KillRequested;
        }

        report.Notice(hasLeft ? $"{machine.Name}: left its console; the machine runs on" : $"{machine.Name}: its console has ended");
        return null;
    }
}
