namespace Vmspawn.Testing;

/// <summary>
/// A machine for several tests, for any framework: started in a set-up, disposed in a tear-down. A failure to start is kept, and each test that uses the machine fails with it.
/// </summary>
/// <param name="machine">The machine.</param>
public class VmFixture(TestMachine machine) : IAsyncDisposable
{
    private TestVm? _started;
    private Exception? _failure;

    /// <summary>Why no machine starts on this host, for the framework's skip; null if one does.</summary>
    public string? SkipReason { get; private set; }

    /// <summary>Whether the machine was started and is not disposed.</summary>
    public bool IsStarted => _started is not null;

    /// <summary>The started machine.</summary>
    /// <exception cref="TestMachineException">It was not started, or the start failed: the cause has the reason.</exception>
    public TestVm Vm => _started ?? throw (_failure is not null ? new TestMachineException(_failure.Message, _failure, (_failure as TestMachineException)?.ReportFiles)
        : SkipReason is not null ? ToSkip(SkipReason)
        : new TestMachineException("the machine of the fixture is used before its start or after its disposal"));

    /// <summary>The machine in it.</summary>
    /// <inheritdoc cref="Vm"/>
    public VirtualMachine Machine => Vm.Machine;

    /// <summary>The system in it.</summary>
    /// <inheritdoc cref="Vm"/>
    public Guest Guest => Vm.Guest;

    /// <summary>Starts it, unless no machine starts on this host. Does not throw for a machine that fails: <see cref="Vm"/> does.</summary>
    /// <param name="start">How; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task StartAsync(TestStartOptions? start = null, CancellationToken cancellationToken = default)
    {
        try
        {
            SkipReason = await TestHost.WhySkipAsync(cancellationToken).ConfigureAwait(false);
            if (SkipReason is null)
                _started = await machine.StartAsync(start, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            _failure = error;
        }
    }

    /// <summary>Puts the machine back to where it was after its preparation (<see cref="TestVm.ResetAsync"/>).</summary>
    /// <param name="cancellationToken">Cancels it; the machine has ended then.</param>
    /// <inheritdoc cref="Vm"/>
    public Task ResetAsync(CancellationToken cancellationToken = default) => Vm.ResetAsync(cancellationToken);

    /// <summary>Ends the machine. Never throws.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Interlocked.Exchange(ref _started, null) is { } started)
            await started.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The exception that ends a test as skipped in the framework.</summary>
    /// <param name="reason">The reason.</param>
    protected virtual Exception ToSkip(string reason) => new TestMachineException(reason);
}
