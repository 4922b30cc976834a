using Vmspawn.Options;

namespace Vmspawn.Testing.Starts;

/// <summary>Frozen machines, as the library makes and restores them.</summary>
internal static class Frozen
{
    /// <summary>Why a planned machine cannot be frozen; null if it can, as far as is known before it runs.</summary>
    public static string? WhyNot(VmPlanning planning)
    {
        var problems = VmSnapshot.Check(planning);
        return problems.Count == 0 ? null : string.Join("; ", problems);
    }

    /// <summary>Restores a machine. Its guest runs, and its clock is set, when this returns.</summary>
    /// <param name="path">What was frozen.</param>
    /// <param name="options">The options of this start, of which those that concern only the host's side are used.</param>
    /// <param name="how">How it is started.</param>
    /// <param name="cancel">Cancels it.</param>
    public static async Task<VirtualMachine> RestoreAsync(string path, VmOptions options, TestStartOptions how, CancellationToken cancel)
    {
        var restored = new VmOptions
        {
            Restore = new RestoreRequest(path),
            Machine = options.Machine,
            PublishedPorts = options.PublishedPorts,
            Quiet = options.Quiet,
            Scope = options.Scope,
            Registration = options.Registration,
            NotifyReady = options.NotifyReady,
            Journal = options.Journal,
        };
        var planning = await VmPlanning.OfAsync(restored, how.Environment, cancel).ConfigureAwait(false);
        return await VirtualMachine.StartAsync(planning, how.Machine, cancel).ConfigureAwait(false);
    }
}
