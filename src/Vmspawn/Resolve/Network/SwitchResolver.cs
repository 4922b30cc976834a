using Vmspawn.Linux;
using Vmspawn.Networks;
using Vmspawn.Options;

namespace Vmspawn.Resolve;

/// <summary>Whether the networks that a machine joins exist.</summary>
internal static class SwitchResolver
{
    /// <summary>A switch that accepts connections does so at once; a full queue is not taken for an answer.</summary>
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(2);

    public static async Task CheckAsync(IReadOnlyList<string> networks, HostInventory inventory, List<Problem> problems, CancellationToken cancel)
    {
        foreach (var network in networks)
        {
            // A text that is no name must not become a path.
            if (MachineNameText.Parse(network).Mistake is { } mistake)
            {
                problems.Add(mistake.About($"--network={network}"));
                continue;
            }

            if (await WhyMissingAsync(NetworkPlace.SocketOf(inventory.Host.Runtime, network), cancel).ConfigureAwait(false) is { } why)
                problems.Add(new Problem("network-missing", $"--network={network}", why, $"make it by \"vmspawn network create {network}\""));
        }
    }

    private static async Task<string?> WhyMissingAsync(string socket, CancellationToken cancel)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bound.CancelAfter(ConnectTime);
        try
        {
            using var connection = await UnixConnection.ConnectAsync(socket, bound.Token).ConfigureAwait(false);
            return null;
        }
        catch (LinuxException error) when (error.Errno is Errno.ENOENT or Errno.ECONNREFUSED)
        {
            return "there is no network of this name";
        }
        catch (LinuxException error)
        {
            return $"the network cannot be reached: {FailureReason.Of(error.Errno)}";
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // It exists; the launch waits longer for its answer.
            return null;
        }
    }
}
