namespace Vmspawn.Plan;

/// <summary>A descriptor that QEMU or a helper is started with.</summary>
/// <param name="Slot">Its name in the plan, such as <c>vmspawn-root</c>.</param>
/// <param name="Number">The number under which the program finds it.</param>
/// <param name="Source">What is opened.</param>
public sealed record DescriptorPlan(string Slot, int Number, DescriptorSource Source)
{
    /// <summary>What is opened, as messages call it.</summary>
    internal string Subject => Source.Subject ?? Slot;
}

/// <summary>The descriptors of one program, numbered as they are asked for.</summary>
internal sealed class DescriptorTable
{
    /// <summary>The first number after the standard three.</summary>
    private const int FirstNumber = 3;

    private readonly List<DescriptorPlan> _all = [];

    public IReadOnlyList<DescriptorPlan> All => _all;

    /// <returns>The number under which the program finds it.</returns>
    public int Add(string slot, DescriptorSource source)
    {
        var number = FirstNumber + _all.Count;
        _all.Add(new DescriptorPlan(slot, number, source));
        return number;
    }
}
