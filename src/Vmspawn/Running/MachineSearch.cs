using Vmspawn.Images;
using Vmspawn.Linux;

namespace Vmspawn;

/// <summary>Finds running machines.</summary>
internal sealed class MachineSearch(MachinePlaces places, TimeSpan answerTime)
{
    private static readonly TimeSpan ConnectTime = TimeSpan.FromMilliseconds(200);

    /// <summary>Connects to a machine by name, or by its image's name if only one ephemeral machine of that image runs.</summary>
    /// <exception cref="RunningMachineException">No such machine runs, or it cannot be queried.</exception>
    public async Task<MachineConnection> OpenAsync(string name, CancellationToken cancellationToken)
    {
        var (machine, closed) = await TryOpenAsync(name, cancellationToken).ConfigureAwait(false);
        if (machine is not null)
            return machine;
        var running = await NamesAsync(cancellationToken).ConfigureAwait(false);
        if (closed is null && running.Where(other => MachineName.IsEphemeralOf(other, name)).ToList() is [var only])
            (machine, closed) = await TryOpenAsync(only, cancellationToken).ConfigureAwait(false);
        return machine ?? throw closed ?? RunningMachineErrors.Missing(name, Running(running));
    }

    /// <summary>The names of all machines whose control socket accepts connections, sorted; fast, because no call is made.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellationToken)
    {
        var entries = places.Entries().ToList();
        var listening = await Task.WhenAll(entries.Select(entry => ListensAsync(entry, cancellationToken))).ConfigureAwait(false);
        return [.. entries.Where((_, i) => listening[i]).Select(entry => entry.Name).Distinct()];
    }

    /// <summary>Whether a control socket has a listener.</summary>
    public static async Task<bool> ListensAsync(MachineEntry entry, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ConnectTime);
        try
        {
            using var connection = await UnixConnection.ConnectAsync(entry.Socket, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (LinuxException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // A full queue means that there is a listener that does not accept.
            return true;
        }
    }

    /// <summary>Connects to the machine of exactly this name; why it cannot, if it is another user's.</summary>
    private async Task<(MachineConnection? Machine, RunningMachineException? Closed)> TryOpenAsync(string name, CancellationToken cancellationToken)
    {
        RunningMachineException? first = null;
        foreach (var place in places.Paths.Concat(places.Closed))
        {
            try
            {
                if (await MachineConnection.TryOpenAsync(new MachineEntry(name, Path.Combine(place, name)), answerTime, cancellationToken).ConfigureAwait(false) is { } machine)
                    return (machine, null);
            }
            catch (RunningMachineException e) when (e.Failure == RunningMachineFailure.NotPermitted)
            {
                first ??= e;
            }
        }

        return (null, first);
    }

    private string Running(IReadOnlyList<string> names)
    {
        var running = names.Count == 0 ? "none is" : $"running: {string.Join(", ", names)}";
        return places.Closed.Count == 0 ? running : $"{running}; those of {string.Join(", ", places.Closed)} are not readable";
    }
}
