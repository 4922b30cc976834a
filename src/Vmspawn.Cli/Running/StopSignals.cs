using System.Runtime.InteropServices;

namespace Vmspawn.Cli.Running;

/// <summary>Handles stop signals: the first cancels a start in progress, and a running machine is requested to stop.</summary>
internal sealed class StopSignals
{
    /// <summary>SIGRTMIN+4 of glibc: what systemd sends a machine to power it off (systemd(1), "SIGNALS").</summary>
    private const PosixSignal PowerOff = (PosixSignal)38;

    private static readonly (PosixSignal Signal, string Name)[] Names =
    [
        (PosixSignal.SIGINT, "SIGINT"),
        (PosixSignal.SIGTERM, "SIGTERM"),
        (PosixSignal.SIGHUP, "SIGHUP"),
        (PosixSignal.SIGQUIT, "SIGQUIT"),
        (PowerOff, "SIGRTMIN+4"),
    ];

    /// <summary>Until the process has ended: a signal to the scope of a machine that has just ended does not change the exit status.</summary>
    private static readonly List<PosixSignalRegistration> Registrations = [];

    private static readonly CancellationTokenSource FirstSignal = new();

    private readonly Lock _lock = new();
    private VirtualMachine? _machine;
    private string? _name;

    /// <summary>Takes the signals over from the runtime.</summary>
    public StopSignals()
    {
        foreach (var (signal, name) in Names)
        {
            Registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                Receive(name);
            }));
        }
    }

    /// <summary>Cancelled by the first signal, for work before the guest runs.</summary>
    public static CancellationToken First => FirstSignal.Token;

    /// <summary>The name of the first signal, or null.</summary>
    public string? Name => _name;

    /// <summary>Passes signals on to a machine: the further ones, and the first if it came too late to cancel the start.</summary>
    public void Follow(VirtualMachine machine)
    {
        lock (_lock)
        {
            _machine = machine;
            if (_name is not null)
                machine.RequestStop(_name);
        }
    }

    private void Receive(string name)
    {
        lock (_lock)
        {
            _name ??= name;
            _machine?.RequestStop(name);
        }

        FirstSignal.Cancel();
    }
}
