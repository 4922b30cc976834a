using System.Runtime.InteropServices;
using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Cli.Running.Terminal;

/// <summary>The VM's console on the standard streams.</summary>
internal sealed class VmConsole : IAsyncDisposable
{
    /// <summary>Time limit for writing the guest's last output, in case the reader does not read.</summary>
    private static readonly TimeSpan DrainBound = TimeSpan.FromSeconds(2);

    private readonly ConsoleForwarder _forwarder;

    private VmConsole(ConsoleForwarder forwarder) => _forwarder = forwarder;

    /// <summary>Shows it.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="options">Its options.</param>
    /// <param name="output">Where it is shown.</param>
    /// <param name="background">Runs it and receives failures.</param>
    /// <returns>Null when QEMU handles the console or there is none.</returns>
    public static VmConsole? Join(VirtualMachine machine, VmOptions options, SafeHandle output, BackgroundTasks background)
    {
        if (!machine.Console.IsAvailable)
            return null;
        var forwarder = ConsoleForwarder.Start(machine.Console, new ConsoleSpec(output)
        {
            Input = options.Console == ConsoleMode.Interactive ? StandardStream.Input : null,
            Background = ConsoleSpec.ChooseBackground(options.Background, Environment.GetEnvironmentVariable),
            RestoreOnSignals = false,
            // A failure is reported like one of the console's other tasks.
            Failed = (what, why) => background.Run(what, _ => Task.FromException(why)),
        });
        background.Run("show the guest's console", stop => forwarder.Drained.WaitAsync(stop));
        background.RunAfter("end the VM at the user's request", forwarder.KillRequested, () => machine.RequestForcedEnd("Ctrl-]", isSuccess: false));
        return new VmConsole(forwarder);
    }

    /// <summary>Writes the rest of the guest's output, within a time limit.</summary>
    public async Task DrainAsync() =>
        await _forwarder.Drained.WaitAsync(DrainBound).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public ValueTask DisposeAsync() => _forwarder.DisposeAsync();
}
