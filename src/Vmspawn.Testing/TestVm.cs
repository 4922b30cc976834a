using Vmspawn.Testing.Starts;

namespace Vmspawn.Testing;

/// <summary>A started machine for tests. It holds its virtual processors until it is disposed (<see cref="TestHost.Slots"/>).</summary>
public sealed class TestVm : IAsyncDisposable
{
    private readonly MachineStarts _starts;
    private StartedMachine _started;

    internal TestVm(MachineStarts starts, StartedMachine started) => (_starts, _started) = (starts, started);

    /// <summary>The machine; another one after each <see cref="ResetAsync"/>.</summary>
    public VirtualMachine Machine => _started.Machine;

    /// <summary>The system in it.</summary>
    public Guest Guest => Machine.Guest;

    /// <summary>Whether it was restored; otherwise it was booted.</summary>
    public bool IsRestored => _started.Entry is not null;

    /// <summary>Why it was booted instead of restored; null if it was restored.</summary>
    public string? WhyBooted => _started.WhyBooted;

    /// <summary>Puts the machine back to where it was after its preparation, whatever state it is in. Not while another member runs.</summary>
    /// <param name="cancellationToken">Cancels it; the machine has ended then.</param>
    /// <inheritdoc cref="TestMachine.StartAsync"/>
    public async Task ResetAsync(CancellationToken cancellationToken = default)
    {
        await Machine.DisposeAsync().ConfigureAwait(false);
        _started = await _starts.AgainAsync(_started, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the machine and gives its virtual processors back. Never throws.</summary>
    public ValueTask DisposeAsync() => _started.DisposeAsync();
}
