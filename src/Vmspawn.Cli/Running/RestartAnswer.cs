namespace Vmspawn.Cli.Running;

/// <summary>How a run ended.</summary>
/// <param name="Status">The exit status.</param>
/// <param name="Restart">A client's request to start the machine again; the caller disposes it.</param>
internal sealed record RunEnd(int Status, VmRestart? Restart = null);

/// <summary>Tells the client of <c>vmspawn restart</c> how the second start went.</summary>
internal static class RestartAnswer
{
    /// <summary>Whether this process can start its machine again: what the caller had open is read only once.</summary>
    public static bool IsPossible { get; } = !Environment.GetCommandLineArgs().Any(word =>
        word.Contains("/dev/stdin", StringComparison.Ordinal) || word.Contains("/dev/fd/", StringComparison.Ordinal) || word.Contains("/proc/self/fd/", StringComparison.Ordinal));

    /// <summary>Tells it when QEMU has made the machine, or the machine has ended.</summary>
    public static async Task GiveAsync(VmRestart? restart, VirtualMachine machine)
    {
        if (restart is null)
            return;
        try
        {
            await machine.GetMonitorAsync();
            restart.Succeed();
        }
        catch (VmEndedException ended)
        {
            restart.Fail(ended.Exit.ToString());
        }
        catch (IOException lost)
        {
            restart.Fail(lost.Message);
        }
    }
}
