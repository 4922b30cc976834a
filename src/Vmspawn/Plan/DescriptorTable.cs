namespace Vmspawn.Plan;

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
