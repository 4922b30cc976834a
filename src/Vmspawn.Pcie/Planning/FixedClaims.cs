namespace Vmspawn.Pcie.Planning;

/// <summary>Reserves the addresses that the user fixed on one bus, and reports invalid ones.</summary>
internal static class FixedClaims
{
    /// <param name="map">The bus; occupied functions are the machine type's.</param>
    /// <param name="onBus">Positions of the user's devices on the bus.</param>
    /// <param name="user">The user's devices.</param>
    /// <param name="bus">The bus name.</param>
    /// <param name="problems">Receives problems.</param>
    public static void Take(
        FunctionMap map, IReadOnlyList<int> onBus, IReadOnlyList<UserDevice> user, string bus, List<PcieProblem> problems)
    {
        var holders = new Dictionary<RootAddress, UserDevice>();
        foreach (var position in onBus)
        {
            var device = user[position];
            if (device.Address is not { } at)
                continue;
            if (!at.InRange)
                problems.Add(OutOfRange(device, at));
            else if (!holders.TryAdd(at, device))
                problems.Add(Taken(device, at, bus, holders[at].Label));
            else
                map.Take(at);
        }

        foreach (var (at, device) in holders)
            CheckFunctions(map, at, device, bus, problems);
    }

    private static void CheckFunctions(
        FunctionMap map, RootAddress at, UserDevice device, string bus, List<PcieProblem> problems)
    {
        if (at.Function > 0 && !map.HasFunctionZero(at.Device))
        {
            map.Close(at.Device);
            problems.Add(new PcieProblem(
                "pcie-no-function-zero",
                device.Label,
                $"{device.Label} is function {at.Function} of device number {at.Device:x2} on {bus}, where nothing is"
                + " function 0: the guest would not look at it",
                $"Put a device at addr={new RootAddress(at.Device, 0)}, or this one."));
        }

        if (at.Function > 0 || device.Multifunction != false)
            return;
        map.Close(at.Device);
        if (map.HasSiblings(at.Device))
        {
            problems.Add(new PcieProblem(
                "pcie-multifunction-off",
                device.Label,
                $"{device.Label} at {at} on {bus} says multifunction=off, but other functions share its device number",
                "Drop multifunction=off, or give the others another device number."));
        }
    }

    private static PcieProblem OutOfRange(UserDevice device, RootAddress at) => new(
        "pcie-address-range",
        device.Label,
        $"{device.Label} asks for device number {at.Device:x2}, function {at.Function:x}: a bus has device numbers"
        + " 00 to 1f with functions 0 to 7",
        "Give another addr=, or none.");

    private static PcieProblem Taken(UserDevice device, RootAddress at, string bus, string holder) => new(
        "pcie-address-taken",
        device.Label,
        $"{device.Label} asks for {at} on {bus}, which {holder} has",
        "Give one of them another addr=, or none.");
}
