namespace Vmspawn.Networks;

/// <summary>Random numbers that a seed determines (SplitMix64), so that a test can repeat them; nothing secret depends on them.</summary>
internal sealed class Chance(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A number from 0 to below 1.</summary>
    public double Next()
    {
        _state += 0x9e37_79b9_7f4a_7c15;
        var mixed = (_state ^ _state >> 30) * 0xbf58_476d_1ce4_e5b9;
        mixed = (mixed ^ mixed >> 27) * 0x94d0_49bb_1331_11eb;
        return ((mixed ^ mixed >> 31) >> 11) * (1.0 / (1UL << 53));
    }
}
