namespace Vmspawn.Pcie.Planning;

/// <summary>Chassis and slot of our ports: 1, 2, … without what the user's ports claim.</summary>
internal static class SlotNumbers
{
    // A slot is skipped whatever its chassis, because the guest names slots without one.
    public static int[] For(int ports, IReadOnlyList<UserDevice> user)
    {
        var claimed = new HashSet<int>();
        foreach (var device in user)
        {
            if (!device.IsPort)
                continue;
            claimed.Add(device.Slot.GetValueOrDefault());
            claimed.Add(device.Slot.GetValueOrDefault() & 0xff);
        }

        var slots = new int[ports];
        for (int i = 0, slot = 1; i < ports; slot++)
        {
            if (!claimed.Contains(slot))
                slots[i++] = slot;
        }

        return slots;
    }
}
