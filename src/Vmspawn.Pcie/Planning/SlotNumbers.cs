namespace Vmspawn.Pcie.Planning;

/// <summary>Chassis and slot of vmspawn's ports: 1, 2, … without those of the user's ports.</summary>
internal static class SlotNumbers
{
    // A used slot is skipped regardless of its chassis, because slot names in the guest do not contain the chassis.
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
