using Vmspawn.Linux;

namespace Vmspawn.Cli.Control.Client;

/// <summary>Finds machines that run.</summary>
internal sealed class RunningMachines(MachinePlaces places, uint uid)
{
    /// <summary>How long a machine that is asked for by name may say nothing.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan ConnectTime = TimeSpan.FromMilliseconds(200);

    /// <summary>Connects to the machine of a name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="callTime">How long a call may take, or null for the time that it may say nothing.</param>
    /// <exception cref="MachineException">None of that name runs, or it cannot be asked.</exception>
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

    /// <summary>The names of all that something listens for, sorted; fast, since nobody is asked anything.</summary>
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
        return places.Closed.Count == 0 ? running : $"{running}; those of {string.Join(", ", places.Closed)} are not ours to see";
    }

    /// <summary>Whether somebody listens at a control socket.</summary>
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
            // A full queue is somebody's who does not answer.
            return true;
        }
    }
}
