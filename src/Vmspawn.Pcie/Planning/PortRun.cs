namespace Vmspawn.Pcie.Planning;

/// <summary>The ascending device numbers of the root ports.</summary>
internal static class PortRun
{
    /// <summary>
    /// Free device numbers from 0x10 up; when those are too few the run starts lower, as little as needed.
    /// A bridge that the user fixed in the range of the run pins its start to 0x07: if the start moved, the
    /// bridge would precede other ports, and bus numbers would change.
    /// </summary>
    /// <returns>The device numbers, or null when even the lowest start gives too few.</returns>
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

    /// <summary>Whether the user fixed a bridge on a device number in the range of the run.</summary>
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

    /// <summary>The number of device numbers of a run that starts here.</summary>
    public static int Count(FunctionMap map, int start)
    {
        var free = 0;
        for (var device = start; device <= PcieLimits.LastPortDevice; device++)
            free += map.IsWhollyFree(device) ? 1 : 0;
        return free;
    }
}
