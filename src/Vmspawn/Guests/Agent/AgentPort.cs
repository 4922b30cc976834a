using Vmspawn.Linux;

namespace Vmspawn.Guests.Agent;

/// <summary>
/// qemu-guest-agent on its virtio port. Its own way to run commands takes all input at the start and gives 16 MiB of output at the end, without signals and
/// terminals; so it starts the shell on the shell's port, unless a unit of the guest does.
/// </summary>
internal sealed class AgentPort : IAsyncDisposable
{
    /// <summary>The port's name, which the agent opens.</summary>
    public const string PortName = "org.qemu.guest_agent.0";

    /// <summary>Before a shell that has ended is started again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Between two attempts, each of which starts programs in the guest.</summary>
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(5);

    /// <summary>How long a started shell may take to open its port.</summary>
    private static readonly TimeSpan OpenBound = TimeSpan.FromMinutes(1);

    private readonly AgentRequests _agent;
    private readonly string _serve;
    private readonly Func<bool> _isServed;
    private readonly Action<string> _refused;
    private readonly BackgroundTasks _background;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _lock = new();
    private CancellationTokenSource _session = new();
    private bool _isOpen;
    private volatile bool _hasStartedShell;

    /// <param name="port">Our end of the port's socket, owned from now on.</param>
    /// <param name="serve">The text of /bin/sh that serves the shell.</param>
    /// <param name="isServed">Whether a shell has opened the shell's port.</param>
    /// <param name="refused">Receives the reason when the agent starts no shell.</param>
    /// <param name="failed">Receives failures: what, and why.</param>
    public AgentPort(UnixConnection port, string serve, Func<bool> isServed, Action<string> refused, Action<string, Exception> failed)
    {
        (_agent, _serve, _isServed, _refused) = (new AgentRequests(port), serve, isServed, refused);
        _background = new BackgroundTasks(failed);
    }

    /// <summary>The shell that is there, or comes, was started by the agent.</summary>
    public bool HasStartedShell => _hasStartedShell;

    /// <summary>The guest has opened or closed the agent's port.</summary>
    public void Changed(bool isOpen)
    {
        CancellationTokenSource old;
        lock (_lock)
            (old, _session, _isOpen) = (_session, new CancellationTokenSource(), isOpen);
        old.Cancel();
        old.Dispose();
        if (isOpen)
            Serve(TimeSpan.Zero);
    }

    /// <summary>The guest has closed the shell's port.</summary>
    public void ShellEnded()
    {
        _hasStartedShell = false;
        Serve(Pause);
    }

    public async ValueTask DisposeAsync()
    {
        Changed(isOpen: false);
        await _background.DisposeAsync().ConfigureAwait(false);
        _agent.Dispose();
        _session.Dispose();
        _turn.Dispose();
    }

    private void Serve(TimeSpan delay)
    {
        CancellationToken session;
        lock (_lock)
        {
            if (!_isOpen)
                return;
            session = _session.Token;
        }

        _background.Run("start a shell through the guest's agent", async stop =>
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, session);
            try
            {
                await Task.Delay(delay, either.Token).ConfigureAwait(false);
                await _turn.WaitAsync(either.Token).ConfigureAwait(false);
                try
                {
                    await ServeAsync(either.Token).ConfigureAwait(false);
                }
                finally
                {
                    _turn.Release();
                }
            }
            catch (Exception error) when (error is LinuxException or ObjectDisposedException || (error is OperationCanceledException && either.IsCancellationRequested))
            {
                // The guest has closed the port, or the machine has ended.
            }
        });
    }

    /// <summary>Returns when a shell has opened its port, or the agent cannot start one.</summary>
    private async Task ServeAsync(CancellationToken cancel)
    {
        while (!_isServed())
        {
            try
            {
                await _agent.SynchronizeAsync(cancel).ConfigureAwait(false);
                // The unit opens the port by itself, and starts again by itself.
                var isUnit = (await _agent.RunAsync(AgentScripts.UnitState, cancel).ConfigureAwait(false)).Trim() is "active" or "activating";
                if (!isUnit && !_isServed())
                {
                    _hasStartedShell = true;
                    await _agent.StartAsync(_serve, keepsOutput: false, cancel).ConfigureAwait(false);
                    await OpensAsync(cancel).ConfigureAwait(false);
                }
            }
            catch (AgentRefusalException refusal)
            {
                _refused($"the guest's qemu-guest-agent starts no shell: {refusal.Message}");
                return;
            }
            catch (TimeoutException)
            {
                // It is stopped, or the guest is busy.
            }

            await Task.Delay(LongPause, cancel).ConfigureAwait(false);
        }
    }

    private async Task OpensAsync(CancellationToken cancel)
    {
        for (var waited = TimeSpan.Zero; !_isServed(); waited += Pause / 5)
        {
            if (waited > OpenBound)
                throw new AgentRefusalException("the shell that it started has not opened its port");
            await Task.Delay(Pause / 5, cancel).ConfigureAwait(false);
        }
    }
}
