using global::Xunit;
using global::Xunit.Sdk;

namespace Vmspawn.Testing.Xunit;

/// <summary>
/// A test class with a machine: a fresh one for each test, or that of a fixture. Tests are skipped with the reason where no machine starts. A test that fails gets the machine's
/// report as attachments (<see cref="VirtualMachine.WriteReportAsync"/>).
/// </summary>
public abstract class VmTest : IAsyncLifetime
{
    private readonly TestMachine? _machine;
    private readonly VmFixture? _fixture;
    private TestVm? _own;

    /// <summary>A fresh machine for each test.</summary>
    /// <param name="machine">The machine.</param>
    protected VmTest(TestMachine machine) => _machine = machine;

    /// <summary>The machine of a fixture, which other tests use too.</summary>
    /// <param name="fixture">The fixture, as xUnit passes it to the constructor.</param>
    protected VmTest(VmFixture fixture) => _fixture = fixture;

    /// <summary>The machine of this test, started and prepared.</summary>
    protected TestVm Vm => _own ?? _fixture?.Vm ?? throw new InvalidOperationException("the machine is used before the test has started or after it has ended");

    /// <summary>The machine in it.</summary>
    protected VirtualMachine Machine => Vm.Machine;

    /// <summary>The system in it.</summary>
    protected Guest Guest => Vm.Guest;

    /// <summary>The token of the test that runs.</summary>
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>How the machine of each test is started. Its messages go to the test's output, and its name begins with that of the test.</summary>
    protected virtual TestStartOptions Start => XunitStart.Options();

    /// <summary>Puts the machine back to where it was after its preparation.</summary>
    /// <inheritdoc cref="TestVm.ResetAsync"/>
    protected Task ResetAsync() => Vm.ResetAsync(Cancel);

    /// <summary>Starts the machine, or skips the test.</summary>
    public virtual async ValueTask InitializeAsync()
    {
        try
        {
            if ((_fixture is null ? await TestHost.WhySkipAsync(Cancel).ConfigureAwait(false) : _fixture.SkipReason) is { } reason)
                throw SkipException.ForSkip(reason);
            if (_machine is not null)
                _own = await _machine.StartAsync(Start, Cancel).ConfigureAwait(false);
            else
                // A fixture whose machine has not started throws the reason.
                GC.KeepAlive(Vm);
        }
        catch (TestMachineException error)
        {
            await AttachAsync(error.ReportFiles).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Attaches the report if the test has failed, and ends its own machine.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        var running = _own ?? (_fixture is { IsStarted: true } ? _fixture.Vm : null);
        if (running is not null && TestContext.Current.TestState?.Result == TestResult.Failed)
            await AttachAsync(await running.Machine.WriteReportAsync(Path.Combine(TestHost.Reports, running.Machine.Name)).ConfigureAwait(false)).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _own, null) is { } own)
            await own.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task AttachAsync(IReadOnlyList<string> files)
    {
        foreach (var file in files)
        {
            // Texts are readable in the reports of runners; bytes are encoded there.
            if (Path.GetExtension(file) is ".txt" or ".json")
                TestContext.Current.AddAttachment(Path.GetFileName(file), await File.ReadAllTextAsync(file).ConfigureAwait(false), replaceExistingValue: true);
            else
                TestContext.Current.AddAttachment(Path.GetFileName(file), await File.ReadAllBytesAsync(file).ConfigureAwait(false), replaceExistingValue: true);
        }
    }
}
