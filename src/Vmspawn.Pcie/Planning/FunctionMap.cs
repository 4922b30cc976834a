using System.Numerics;

namespace Vmspawn.Pcie.Planning;

/// <summary>The occupied functions of one bus.</summary>
internal sealed class FunctionMap
{
    private readonly byte[] _taken = new byte[PcieLimits.DeviceNumbers];
    private uint _open;

    /// <param name="open">One bit for each device number that may be assigned automatically.</param>
    public FunctionMap(uint open) => _open = open;

    public FunctionMap Copy()
    {
        var copy = new FunctionMap(_open);
        _taken.CopyTo(copy._taken, 0);
        return copy;
    }

    public bool IsTaken(RootAddress at) => (_taken[at.Device] & (1 << at.Function)) != 0;

    public void Take(RootAddress at) => _taken[at.Device] |= (byte)(1 << at.Function);

    /// <summary>Excludes this device number from automatic assignment.</summary>
    public void Close(int device) => _open &= ~(1u << device);

    public bool IsOpen(int device) => (_open & (1u << device)) != 0;

    public bool IsWhollyFree(int device) => IsOpen(device) && _taken[device] == 0;

    /// <summary>True when functions beside function 0 are taken, so that function 0 needs its bit.</summary>
    public bool HasSiblings(int device) => (_taken[device] & ~1) != 0;

    public bool HasFunctionZero(int device) => (_taken[device] & 1) != 0;

    /// <summary>The lowest free device number from here on, or -1.</summary>
    public int NextWhollyFree(int from)
    {
        for (var device = from; device < PcieLimits.DeviceNumbers; device++)
        {
            if (IsWhollyFree(device))
                return device;
        }

        return -1;
    }

    /// <summary>The lowest free function of this device number; function 0 is taken first.</summary>
    public RootAddress? FreeFunctionOf(int device)
    {
        var function = BitOperations.TrailingZeroCount(~(uint)_taken[device]);
        return IsOpen(device) && function < PcieLimits.Functions ? new RootAddress(device, function) : null;
    }

    public int FreeFunctions
    {
        get
        {
            var free = 0;
            for (var device = 0; device < PcieLimits.DeviceNumbers; device++)
                free += IsOpen(device) ? PcieLimits.Functions - BitOperations.PopCount(_taken[device]) : 0;
            return free;
        }
    }

    /// <summary>The number of device numbers in the mask with an occupied function.</summary>
    public int UsedDevices(uint mask)
    {
        var used = 0;
        for (var device = 0; device < PcieLimits.DeviceNumbers; device++)
            used += (mask & (1u << device)) != 0 && _taken[device] != 0 ? 1 : 0;
        return used;
    }

    /// <summary>The number of occupied functions on the device numbers in the mask.</summary>
    public int UsedFunctions(uint mask)
    {
        var used = 0;
        for (var device = 0; device < PcieLimits.DeviceNumbers; device++)
            used += (mask & (1u << device)) != 0 ? BitOperations.PopCount(_taken[device]) : 0;
        return used;
    }
}
