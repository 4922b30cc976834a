using System.Runtime.InteropServices;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Running.Terminal;

/// <summary>
/// Writes input to the guest. A guest that does not read blocks a pipe, but not a terminal: from a terminal the surplus is
/// dropped, so that Ctrl-] is always detected.
/// </summary>
internal sealed class GuestInput : IDisposable
{
    /// <summary>Of what waits; as much may be on its way to the guest.</summary>
    private const int Backlog = 8 * 1024;

    private readonly SafeHandle _source;
    private readonly ConsoleEnd _guest;
    private readonly Readiness _sourceReadiness;
    private readonly EscapeKey? _escape;
    private readonly TaskCompletionSource _killRequested;
    private readonly CancellationTokenSource _disposed = new();
    private readonly byte[] _read = new byte[1024];
    private byte[] _waiting = new byte[Backlog];
    private byte[] _sending = new byte[Backlog];
    private int _length;
    private bool _ended;

    /// <param name="source">Standard input.</param>
    /// <param name="guest">The guest's console.</param>
    /// <param name="escape">Detects Ctrl-]; null when the source is no terminal.</param>
    /// <param name="killRequested">Completed when it was pressed.</param>
    public GuestInput(SafeHandle source, ConsoleEnd guest, EscapeKey? escape, TaskCompletionSource killRequested)
    {
        _source = source;
        _guest = guest;
        _escape = escape;
        _killRequested = killRequested;
        _sourceReadiness = new Readiness(source);
    }

    /// <summary>Runs until the source has ended and all input is passed on, the guest has ended, or this is disposed.</summary>
    public async Task RunAsync()
    {
        Task? readable = null, sending = null;
        try
        {
            while (!_ended || _length > 0 || sending is not null)
            {
                var takes = !_ended && (_escape is not null || _length + _read.Length <= Backlog);
                if (takes)
                    readable ??= WaitReadableAsync();
                if (_length > 0)
                    sending ??= SendAsync();
                await Task.WhenAny(takes ? readable! : sending!, sending ?? readable!);
                if (sending is { IsCompleted: true })
                {
                    await sending;
                    sending = null;
                }
                if (takes && readable is { IsCompleted: true })
                {
                    await readable;
                    readable = null;
                    Take();
                }
            }
        }
        catch (Exception error) when (error is ObjectDisposedException or OperationCanceledException or IOException)
        {
            // The user's terminal or the guest's console is closed: there is no more input, and the VM's end is reported elsewhere.
        }

        // The other of the two ends at the disposal at the latest; its failure says nothing new.
        await Task.WhenAll(readable ?? Task.CompletedTask, sending ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _sourceReadiness.Dispose();
    }

    // Input in the terminal's background belongs to the shell.
    private async Task WaitReadableAsync()
    {
        while (true)
        {
            await _sourceReadiness.WaitReadableAsync(_disposed.Token);
            if (_escape is null || ForegroundTerminal.IsOurs(_source))
                return;
            await ForegroundTerminal.WaitAsync(_source, TimeProvider.System, _disposed.Token);
        }
    }

    private void Take()
    {
        var count = DescriptorIo.Read(_source, _read);
        _ended = count == 0;
        ReadOnlySpan<byte> typed = _read.AsSpan(0, Math.Max(0, count));
        if (_escape?.IsPressedIn(typed) == true)
        {
            // The guest does not get the press that is for vmspawn.
            _killRequested.TrySetResult();
            return;
        }

        var kept = Math.Min(typed.Length, Backlog - _length);
        typed[..kept].CopyTo(_waiting.AsSpan(_length));
        _length += kept;
    }

    private Task SendAsync()
    {
        (_sending, _waiting) = (_waiting, _sending);
        var bytes = _sending.AsMemory(0, _length);
        _length = 0;
        return _guest.SendAsync(bytes, _disposed.Token);
    }
}
