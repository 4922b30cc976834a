using Vmspawn.Images;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Control.Client;

/// <summary>Finds running machines.</summary>
internal sealed class RunningMachines(MachinePlaces places, uint uid)
{
    /// <summary>The time limit for an answer of a machine that was named.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan ConnectTime = TimeSpan.FromMilliseconds(200);

    /// <summary>Connects to a machine by name, or by its image's name if only one ephemeral machine of that image runs.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="callTime">The time limit of a call, or null for the time limit of an answer.</param>
    /// <exception cref="MachineException">No such machine runs, or it cannot be queried.</exception>
    public async Task<MachineHandle> OpenAsync(string name, TimeSpan? callTime = null)
    {
        var (machine, closed) = await TryOpenAsync(name, callTime);
        if (machine is not null)
            return machine;
        var running = await NamesAsync();
        if (closed is null && running.Where(other => MachineName.IsEphemeralOf(other, name)).ToList() is [var only])
            (machine, closed) = await TryOpenAsync(only, callTime);
        return machine ?? throw closed ?? new MachineException("machine-missing", name, "no VM of this name is running", Running(running));
    }

    /// <summary>Connects to the machine of exactly this name; why it cannot, if it is another user's.</summary>
    private async Task<(MachineHandle? Machine, MachineException? Closed)> TryOpenAsync(string name, TimeSpan? callTime)
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
                return (machine, null);
            }
            catch (MachineException e) when (e.Problem.Code == "machine-permission")
            {
                first ??= e;
            }
        }

        return (null, first);
    }

    /// <summary>The names of all machines whose control socket accepts connections, sorted; fast, because no call is made.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync()
    {
        var entries = places.Entries().ToList();
        var listening = await Task.WhenAll(entries.Select(entry => ListensAsync(entry)));
        return [.. entries.Where((_, i) => listening[i]).Select(entry => entry.Name).Distinct()];
    }

    private string Running(IReadOnlyList<string> names)
    {
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
