namespace Vmspawn.Pcie.Planning;

/// <summary>Strategies for assigning ascending addresses on a bus to a list of devices.</summary>
internal static class Filling
{
    /// <summary>Function 0 of a free device number for each device.</summary>
    /// <param name="map">The bus.</param>
    /// <param name="devices">Indices into <paramref name="addresses"/>.</param>
    /// <param name="addresses">Receives the addresses.</param>
    /// <returns>False when there are too few; the map is then unusable.</returns>
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

    /// <summary>Eight per device number, on free ones only.</summary>
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

    /// <summary>Every free function, including those of device numbers in use.</summary>
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
