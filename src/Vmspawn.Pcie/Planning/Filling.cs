namespace Vmspawn.Pcie.Planning;

/// <summary>Ways to give a run of devices ascending addresses on a bus.</summary>
internal static class Filling
{
    /// <summary>Function 0 of a wholly free device number each.</summary>
    /// <param name="map">The bus.</param>
    /// <param name="devices">Indices into <paramref name="addresses"/>.</param>
    /// <param name="addresses">Where the addresses are put.</param>
    /// <returns>False when there are too few; the map is then spoilt.</returns>
    public static bool OneEach(FunctionMap map, ReadOnlySpan<int> devices, Span<RootAddress?> addresses)
    {
        var next = 0;
        foreach (var device in devices)
        {
            var free = map.NextWhollyFree(next);
            if (free < 0)
                return false;
            Put(map, addresses, device, new RootAddress(free, 0));
            next = free + 1;
        }

        return true;
    }

    /// <summary>Eight on a device number, on wholly free ones only.</summary>
    public static bool Packed(FunctionMap map, ReadOnlySpan<int> devices, Span<RootAddress?> addresses)
    {
        var device = -1;
        for (var i = 0; i < devices.Length; i++)
        {
            var function = i % PcieLimits.Functions;
            if (function == 0 && (device = map.NextWhollyFree(device + 1)) < 0)
                return false;
            Put(map, addresses, devices[i], new RootAddress(device, function));
        }

        return true;
    }

    /// <summary>Every free function there is, holes beside other devices included.</summary>
    public static bool EveryHole(FunctionMap map, ReadOnlySpan<int> devices, Span<RootAddress?> addresses)
    {
        var at = 0;
        foreach (var device in devices)
        {
            RootAddress? free = null;
            while (at < PcieLimits.DeviceNumbers && (free = map.FreeFunctionOf(at)) is null)
                at++;
            if (free is null)
                return false;
            Put(map, addresses, device, free.Value);
        }

        return true;
    }

    private static void Put(FunctionMap map, Span<RootAddress?> addresses, int device, RootAddress at)
    {
        map.Take(at);
        addresses[device] = at;
    }
}
