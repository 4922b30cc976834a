using global::Xunit;
using global::Xunit.Sdk;

namespace Vmspawn.Testing.Xunit;

/// <summary>
/// A machine for a class, a collection or the assembly: derive from it with a constructor without parameters, and use that class in <c>IClassFixture</c>, <c>ICollectionFixture</c> or
/// <c>AssemblyFixture</c>. A test that uses it is skipped where no machine starts, and fails with the reason if this one does not.
/// </summary>
/// <param name="machine">The machine.</param>
public abstract class VmTestFixture(TestMachine machine) : VmFixture(machine), IAsyncLifetime
{
    /// <summary>How it is started. Its messages are diagnostic messages of xUnit.</summary>
    protected virtual TestStartOptions Start => XunitStart.Options();

    /// <summary>Starts it.</summary>
    public virtual async ValueTask InitializeAsync() => await StartAsync(Start, TestContext.Current.CancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    protected override Exception ToSkip(string reason) => SkipException.ForSkip(reason);
}
