namespace Vmspawn.Pcie.Planning;

/// <summary>The ascending run of device numbers that root ports stand on.</summary>
internal static class PortRun
{
    /// <summary>
    /// Wholly free device numbers from 0x10 up; when those are too few the run begins lower, as little as needed.
    /// A bridge that the user fixed inside the reach of the run pins its beginning to 0x07: were it to move, the
    /// bridge would come before other ports than it did, and buses would change their numbers.
    /// </summary>
    /// <returns>The device numbers, or null when even the lowest beginning gives too few.</returns>
    public static int[]? Find(FunctionMap map, int count, bool pinned)
    {
        var start = pinned ? PcieLimits.LowestPortDevice : PcieLimits.UsualPortDevice;
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

    /// <summary>True when the user fixed a bridge on a device number that the run may reach.</summary>
    public static bool IsPinned(UserBuses buses)
    {
        foreach (var position in buses.On(PcieTopology.RootBus))
        {
            if (buses.User[position] is
                {
                    IsBridge: true,
                    Address.Device: >= PcieLimits.LowestPortDevice and <= PcieLimits.LastPortDevice,
                })
                return true;
        }

        return false;
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
