using System.Runtime.InteropServices;
using Vmspawn.Cli.Control.Parse;

namespace Vmspawn.Cli.Running;

/// <summary><c>vmspawn network create</c> in the process that keeps the network, until it is removed or a signal ends it.</summary>
internal static class NetworkOwner
{
    private static readonly PosixSignal[] Signals = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];

    /// <param name="command">The network.</param>
    /// <param name="failed">Cancelled when a thread has failed.</param>
    public static async Task<int> RunAsync(NetworkCreateCommand command, CancellationToken failed)
    {
        await using var caller = command.Link is { } link ? new CallerLink(link) : null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(failed);
        var signals = Array.ConvertAll(Signals, signal => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        }));
        try
        {
            await using var network = VmNetwork.Create(command.Name, new VmNetworkOptions { Subnet = command.Subnet, Scope = command.Scope });
            if (caller is null)
                new Report(quiet: false).Notice($"{network.Name}: a network of {network.Subnet}");
            else if (!await caller.TryHandOverAsync(network.Name))
                return ExitStatus.Failed;
            await network.RemovalAsked.WaitAsync(stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return failed.IsCancellationRequested ? ExitStatus.Failed : 0;
        }
        catch (VmNetworkException error)
        {
            return Report.Failure([error.Problem]);
        }
        finally
        {
            Array.ForEach(signals, registration => registration.Dispose());
        }
    }
}
