using Vmspawn.Guests;
using Vmspawn.Guests.Agent;
using Vmspawn.Guests.Shell;
using Vmspawn.Launch;
using Vmspawn.Spec;
using Vmspawn.Ssh;

namespace Vmspawn;

/// <summary>The ways into the guest of a machine of this process.</summary>
internal sealed class MachineChannels : IAsyncDisposable
{
    /// <summary>How long a wait leaves the guest to the other channels before it logs in by ssh.</summary>
    private static readonly TimeSpan SshPatience = TimeSpan.FromSeconds(3);

    private readonly ShellPort? _shell;
    private readonly AgentPort? _agent;
    private readonly SshShell? _ssh;

    /// <param name="vm">The machine.</param>
    /// <param name="channels">What was asked for.</param>
    /// <param name="login">How root logs in by ssh, or null.</param>
    /// <param name="refused">Receives why a channel cannot be used: a sentence.</param>
    /// <param name="failed">Receives failures: what, and why.</param>
    public MachineChannels(RunningVm vm, GuestChannelSpec channels, SshLogin? login, Action<string> refused, Action<string, Exception> failed)
    {
        List<IGuestTransport> all = [];
        if (vm.Shell is { } port)
        {
            var shell = _shell = new ShellPort(port, failed);
            all.Add(shell);
            if (vm.Agent is { } agent)
                _agent = new AgentPort(agent, AgentScripts.Serve, () => shell.IsOpen, refused, failed);
        }

        if (channels.HasSsh && login is not null)
            all.Add(_ssh = new SshShell(login, all.Count > 0 ? SshPatience : TimeSpan.Zero, refused, failed));
        All = new GuestTransports(all, channels.HasSsh ? "the guest is not reached by ssh: ssh(1) is not installed, or its vsock needs VmStartOptions.SshProxy" : null);
    }

    /// <summary>The best first.</summary>
    public GuestTransports All { get; }

    /// <summary>The guest has opened or closed a virtio port.</summary>
    /// <param name="id">The port's device id.</param>
    /// <param name="isOpen">Opened.</param>
    public void PortChanged(string id, bool isOpen)
    {
        if (id == DeviceIds.Shell)
        {
            _shell?.Changed(isOpen, _agent is { HasStartedShell: true } ? "agent" : "shell");
            if (!isOpen)
                _agent?.ShellEnded();
        }
        else if (id == DeviceIds.Agent)
        {
            _agent?.Changed(isOpen);
        }
    }

    /// <summary>Sends nothing more to the guest, once it has read what was sent; null where no shell of the guest is open.</summary>
    /// <exception cref="GuestChannelException">It does not read.</exception>
    public Task<IDisposable?> HoldAsync(CancellationToken cancel) => _shell?.HoldAsync(cancel) ?? Task.FromResult<IDisposable?>(null);

    /// <summary>The guest was reset.</summary>
    public void GuestReset() => _ssh?.GuestReset();

    public async ValueTask DisposeAsync()
    {
        if (_agent is not null)
            await _agent.DisposeAsync().ConfigureAwait(false);
        await All.DisposeAsync().ConfigureAwait(false);
    }
}
