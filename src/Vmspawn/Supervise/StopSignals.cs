using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Vmspawn.Supervise;

/// <summary>Handles stop signals: they are written to the inbox, and the first cancels a start in progress.</summary>
internal sealed class StopSignals : IDisposable
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

    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly CancellationTokenSource _first = new();
    private string? _name;

    /// <param name="inbox">The supervisor's.</param>
    /// <param name="time">The supervisor's clock.</param>
    public StopSignals(ChannelWriter<SupervisorEvent> inbox, TimeProvider time)
    {
        foreach (var (signal, name) in Names)
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                inbox.TryWrite(new StopAsked(name, time.GetTimestamp()));
                Interlocked.CompareExchange(ref _name, name, null);
                _first.Cancel();
            }));
        }
    }

    /// <summary>Cancelled by the first signal, for work before the guest runs.</summary>
    public CancellationToken First => _first.Token;

    /// <summary>The name of the first signal, or null.</summary>
    public string? Name => _name;

    // The source of the token is not disposed: a signal handler may still use it, and it holds no other resource.
    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());
}
