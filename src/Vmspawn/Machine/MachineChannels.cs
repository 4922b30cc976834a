using Vmspawn.Guests;
using Vmspawn.Guests.Shell;
using Vmspawn.Launch;
using Vmspawn.Spec;

namespace Vmspawn;

/// <summary>The ways into the guest of a machine of this process.</summary>
internal sealed class MachineChannels : IAsyncDisposable
{
    private readonly ShellPort? _shell;

    /// <param name="vm">The machine.</param>
    /// <param name="failed">Receives failures: what, and why.</param>
    public MachineChannels(RunningVm vm, Action<string, Exception> failed)
    {
        List<IGuestTransport> all = [];
        if (vm.Shell is { } shell)
            all.Add(_shell = new ShellPort(shell, failed));
        All = new GuestTransports(all);
    }

    /// <summary>The best first.</summary>
    public GuestTransports All { get; }

    /// <summary>The guest has opened or closed a virtio port.</summary>
    /// <param name="id">The port's device id.</param>
    /// <param name="isOpen">Opened.</param>
    public void PortChanged(string id, bool isOpen)
    {
        if (id == DeviceIds.Shell)
            _shell?.Changed(isOpen);
    }

    public ValueTask DisposeAsync() => All.DisposeAsync();
}
