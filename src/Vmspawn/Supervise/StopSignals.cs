using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Vmspawn.Supervise;

/// <summary>The signals that ask us to stop, as entries of the inbox rather than deaths.</summary>
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

    public StopSignals(ChannelWriter<SupervisorEvent> inbox)
    {
        foreach (var (signal, name) in Names)
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                inbox.TryWrite(new StopAsked(name));
            }));
        }
    }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());
}
