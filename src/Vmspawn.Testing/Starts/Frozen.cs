namespace Vmspawn.Testing.Starts;

/// <summary>Frozen machines, as the library makes and restores them.</summary>
internal static class Frozen
{
    /// <summary>Why a planned machine cannot be frozen; null if it can.</summary>
    public static string? WhyNot(VmPlanning planning) => planning.Plan is null ? "there is no plan" : "this version cannot freeze machines";

    /// <summary>Freezes a machine, which ends it.</summary>
    public static Task FreezeAsync(VirtualMachine machine, string path, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Restores one.</summary>
    public static Task<VirtualMachine> RestoreAsync(string path, string name, TestStartOptions how, CancellationToken cancel) => throw new NotSupportedException();
}
