using Vmspawn.Linux;

namespace Vmspawn.Cli.Control.Client;

/// <summary>Finds running machines.</summary>
internal sealed class RunningMachines(MachinePlaces places, uint uid)
{
    /// <summary>The time limit for an answer of a machine that was named.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan ConnectTime = TimeSpan.FromMilliseconds(200);

    /// <summary>Connects to a machine by name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="callTime">The time limit of a call, or null for the time limit of an answer.</param>
    /// <exception cref="MachineException">No such machine runs, or it cannot be queried.</exception>
    public async Task<MachineHandle> OpenAsync(string name, TimeSpan? callTime = null)
    {
        MachineException? first = null;
        foreach (var place in places.Paths.Concat(places.Closed))
        {
            try
            {
                var entry = new MachineEntry(name, Path.Combine(place, name));
                if (await MachineHandle.TryOpenAsync(entry, uid, Silence, callTime ?? Silence) is not { } machine)
                    continue;
                if (callTime > Silence)
                    await machine.AskForLifeAsync(Silence);
                return machine;
            }
            catch (MachineException e) when (e.Problem.Code == "machine-permission")
            {
                first ??= e;
            }
        }

        throw first ?? new MachineException("machine-missing", name, "no VM of this name is running", await RunningAsync());
    }

    /// <summary>The names of all machines whose control socket accepts connections, sorted; fast, because no call is made.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync()
    {
        var entries = places.Entries().ToList();
        var listening = await Task.WhenAll(entries.Select(entry => ListensAsync(entry)));
        return [.. entries.Where((_, i) => listening[i]).Select(entry => entry.Name).Distinct()];
    }

    private async Task<string> RunningAsync()
    {
        var names = await NamesAsync();
        var running = names.Count == 0 ? "none is" : $"running: {string.Join(", ", names)}";
        return places.Closed.Count == 0 ? running : $"{running}; those of {string.Join(", ", places.Closed)} are not readable";
    }

    /// <summary>Whether a control socket has a listener.</summary>
    public static async Task<bool> ListensAsync(MachineEntry entry)
    {
        using var limit = new CancellationTokenSource(ConnectTime);
        try
        {
            using var connection = await UnixConnection.ConnectAsync(entry.Socket, limit.Token);
            return true;
        }
        catch (LinuxException)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            // A full queue means that there is a listener that does not accept.
            return true;
        }
    }
}
