using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>The memory and device state that QEMU starts with, instead of a boot.</summary>
internal static class IncomingArguments
{
    private const string Slot = "frozen-memory";

    public static void Add(PlanDraft draft, MachineSpec spec)
    {
        if (spec.Incoming is not { } incoming)
            return;
        var source = new FrozenMemory(incoming.File, incoming.Identity, incoming.Zstd);
        // Newer ones take only pipes and sockets by their number, older ones have no descriptor sets here.
        draft.Add("-incoming", incoming.Zstd is null && spec.Qemu.MigratesToFileSets
            ? $"file:{draft.SetPath(Slot, source)}"
            : $"fd:{draft.Inherit(Slot, source)}");
    }
}
