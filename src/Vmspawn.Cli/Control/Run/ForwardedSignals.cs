using System.Runtime.InteropServices;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Control.Run;

/// <summary>Signals to this process, which are sent to a command. While none runs the first one cancels, and while it runs the second one of a kind.</summary>
internal sealed class ForwardedSignals : IDisposable
{
    private readonly CancellationTokenSource _first = new();
    private readonly List<PosixSignalRegistration> _registrations;
    private readonly CancellationTokenSource _second = new();
    private readonly HashSet<Signal> _sent = [];
    private GuestProcess? _process;

    public ForwardedSignals()
    {
        _registrations =
        [
            Register(PosixSignal.SIGINT, Signal.SIGINT),
            Register(PosixSignal.SIGTERM, Signal.SIGTERM),
            Register(PosixSignal.SIGQUIT, Signal.SIGQUIT),
            Register(PosixSignal.SIGHUP, Signal.SIGHUP),
            PosixSignalRegistration.Create((PosixSignal)(int)Signal.PowerOff, Abandon),
        ];
    }

    /// <summary>Cancelled by the first signal while no command runs, and by systemd's request to power a machine off.</summary>
    public CancellationToken First => _first.Token;

    /// <summary>Cancelled when a signal comes that was sent to the command before.</summary>
    public CancellationToken Second => _second.Token;

    /// <summary>Sends further signals to a command; null when it has ended.</summary>
    public void SendTo(GuestProcess? process) => Volatile.Write(ref _process, process);

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _first.Dispose();
        _second.Dispose();
    }

    private void Abandon(PosixSignalContext context)
    {
        context.Cancel = true;
        _first.Cancel();
        _second.Cancel();
    }

    private PosixSignalRegistration Register(PosixSignal signal, Signal number) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (Volatile.Read(ref _process) is not { } process)
        {
            _first.Cancel();
            return;
        }

        bool isNew;
        lock (_sent)
            isNew = _sent.Add(number);
        if (isNew)
            process.Send(number);
        else
            _second.Cancel();
    });
}
