namespace Vmspawn.Pcie.Planning;

/// <summary>The root bus after the machine type's functions and the user's fixed addresses.</summary>
internal static class RootBusClaims
{
    public static FunctionMap Take(PcieRequest request, UserBuses buses, List<PcieProblem> problems)
    {
        var map = new FunctionMap(uint.MaxValue);
        foreach (var function in request.Machine.Reserved)
        {
            map.Take(function.Address);
            map.Close(function.Address.Device);
        }

        var allowed = new List<int>();
        foreach (var position in buses.On(PcieTopology.RootBus))
        {
            var device = buses.User[position];
            if (device.Address is { } at && Holder(request.Machine, at) is { } holder)
                problems.Add(Reserved(device, at, holder, request.Machine));
            else
                allowed.Add(position);
        }

        FixedClaims.Take(map, allowed, buses.User, PcieTopology.RootBus, problems);
        return map;
    }

    // A function beside a reserved one is valid when function 0 has the multifunction bit: QEMU and guests accept it.
    private static ReservedFunction? Holder(PcieMachine machine, RootAddress at)
    {
        foreach (var function in machine.Reserved)
        {
            if (function.Address == at)
                return function;
            if (function.Address.Device == at.Device && function.Address.Function == 0 && !function.Multifunction)
                return function;
        }

        return null;
    }

    private static PcieProblem Reserved(
        UserDevice device, RootAddress at, ReservedFunction holder, PcieMachine machine) => new(
        "pcie-address-reserved",
        device.Label,
        $"{device.Label} asks for {at} on {PcieTopology.RootBus}, but {machine.Name} has its {holder.Name} at"
        + $" {holder.Address}",
        "Give another addr=, or none.");
}
