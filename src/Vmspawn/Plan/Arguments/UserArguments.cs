using Vmspawn.Pcie;
using Vmspawn.Qemu.Extra;

namespace Vmspawn.Plan.Arguments;

/// <summary>The user's arguments, last, with the addresses that the plan chose.</summary>
internal static class UserArguments
{
    public static void Add(PlanDraft draft, ExtraArguments extra, InterruptPlan interrupts)
    {
        // -global sets a default only: a property in the user's -device has precedence.
        if (interrupts.SharedByUsersNvme)
            draft.Add("-global", "nvme.msix_qsize=1");
        var words = extra.Words.ToArray();
        foreach (var device in extra.Devices)
        {
            var place = draft.Topology.Devices.FirstOrDefault(placed => placed.UserIndex == device.WordIndex);
            if (place is not null && QemuArguments.Additions(place) is { Count: > 0 } additions)
                words[device.WordIndex] = PlacedExtra.Write(words[device.WordIndex], device.IsJson, additions);
        }

        draft.Arguments.AddRange(words);
    }
}
