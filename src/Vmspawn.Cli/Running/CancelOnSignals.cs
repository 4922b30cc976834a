using System.Runtime.InteropServices;

namespace Vmspawn.Cli.Running;

/// <summary>Cancels the work before the machine runs on the first stop signal; a second signal has its default effect, which ends the process.</summary>
internal sealed class CancelOnSignals : IDisposable
{
    private static readonly (PosixSignal Signal, int Number, string Name)[] Signals =
    [
        (PosixSignal.SIGHUP, 1, "SIGHUP"),
        (PosixSignal.SIGINT, 2, "SIGINT"),
        (PosixSignal.SIGQUIT, 3, "SIGQUIT"),
        (PosixSignal.SIGTERM, 15, "SIGTERM"),
    ];

    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private (int Number, string Name)? _received;

    private CancelOnSignals()
    {
        foreach (var (signal, number, name) in Signals)
            _registrations.Add(PosixSignalRegistration.Create(signal, context => OnSignal(context, number, name)));
    }

    /// <summary>Runs work until it ends or a signal arrives.</summary>
    /// <typeparam name="T">The type of its result.</typeparam>
    /// <param name="work">The work; its token is cancelled by the first signal.</param>
    /// <returns>Its result; or, when a signal cancelled it, the exit status 128 + the signal's number, which was reported.</returns>
    public static async Task<(T? Result, int? Status)> RunAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        using var signals = new CancelOnSignals();
        try
        {
            var result = await work(signals._stop.Token);
            // The signal may have arrived after the work's last await.
            if (signals._received is null)
                return (result, null);
        }
        catch (OperationCanceledException) when (signals._received is not null)
        {
            // The signal is reported below.
        }

        var (number, name) = signals._received!.Value;
        Report.Error($"stopped by {name} before anything was started");
        return (default, 128 + number);
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context, int number, string name)
    {
        if (_received is not null)
            return;
        _received = (number, name);
        context.Cancel = true;
        _stop.Cancel();
    }
}
