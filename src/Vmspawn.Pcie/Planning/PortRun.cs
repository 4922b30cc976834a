namespace Vmspawn.Pcie.Planning;

/// <summary>The ascending run of device numbers that root ports stand on.</summary>
internal static class PortRun
{
    /// <summary>
    /// Wholly free device numbers from 0x10 up; when those are too few the run begins lower, as little as needed.
    /// </summary>
    /// <returns>The device numbers, or null when even the lowest beginning gives too few.</returns>
    public static int[]? Find(FunctionMap map, int count)
    {
        var start = PcieLimits.UsualPortDevice;
        while (Count(map, start) < count)
        {
            if (--start < PcieLimits.LowestPortDevice)
                return null;
        }

        var run = new int[count];
        for (int i = 0, next = start; i < count; i++)
        {
            run[i] = map.NextWhollyFree(next);
            next = run[i] + 1;
        }

        return run;
    }

    /// <summary>How many device numbers a run that begins here can have.</summary>
    public static int Count(FunctionMap map, int start)
    {
        var free = 0;
        for (var device = start; device <= PcieLimits.LastPortDevice; device++)
            free += map.IsWhollyFree(device) ? 1 : 0;
        return free;
    }
}
