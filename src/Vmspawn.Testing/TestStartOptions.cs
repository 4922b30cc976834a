namespace Vmspawn.Testing;

/// <summary>How a machine for tests is started; nothing of it changes what the guest sees.</summary>
public sealed record TestStartOptions
{
    /// <summary>How the machine is started. Its loggers also get the messages of this library, in the category <c>Vmspawn.Testing</c>.</summary>
    public VmStartOptions Machine { get; init; } = new();

    /// <summary>What is read of this process; null for <see cref="VmEnvironment.OfProcess"/>.</summary>
    public VmEnvironment? Environment { get; init; }

    /// <summary>The first part of the machine's name, such as the name of a test; null for <c>test</c>.</summary>
    public string? Label { get; init; }

    /// <summary>The time limit of the wait for virtual processors that other tests have (<see cref="TestHost.Slots"/>).</summary>
    public TimeSpan SlotTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The time limit of the wait for another process that boots and prepares the same machine; when it has passed, this process boots one of its own.</summary>
    public TimeSpan PreparedTimeout { get; init; } = TimeSpan.FromMinutes(30);
}
