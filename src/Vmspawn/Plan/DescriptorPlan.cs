namespace Vmspawn.Plan;

/// <summary>A descriptor that QEMU or a helper is started with.</summary>
/// <param name="Slot">Its name in the plan, such as <c>vmspawn-root</c>.</param>
/// <param name="Number">Its number in the program.</param>
/// <param name="Source">The object to open.</param>
public sealed record DescriptorPlan(string Slot, int Number, DescriptorSource Source)
{
    /// <summary>Its name in messages.</summary>
    internal string Subject => Source.Subject ?? Slot;
}

/// <summary>The descriptors of one program, numbered in the order of their addition.</summary>
internal sealed class DescriptorTable
{
    /// <summary>The first number after the standard streams.</summary>
    private const int FirstNumber = 3;

    private readonly List<DescriptorPlan> _all = [];

    public IReadOnlyList<DescriptorPlan> All => _all;

    /// <returns>Its number in the program.</returns>
    public int Add(string slot, DescriptorSource source)
    {
        var number = FirstNumber + _all.Count;
        _all.Add(new DescriptorPlan(slot, number, source));
        return number;
    }
}
