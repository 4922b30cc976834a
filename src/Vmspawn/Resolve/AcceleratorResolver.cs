using Vmspawn.Options;
using Vmspawn.Qemu;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>KVM if a trial guest runs on it, else emulation.</summary>
internal static class AcceleratorResolver
{
    private const string Emulation = "tcg";

    public static async Task<AcceleratorSpec?> ResolveAsync(
        Tristate request, ConfidentialTechnique? technique, HostInventory inventory, List<Problem> problems, CancellationToken cancel)
    {
        if (request == Tristate.No && technique is null)
            return new AcceleratorSpec(Emulation, null);

        // A device that was passed as a descriptor counts as working without a trial: vmspawn may not be able to open it itself.
        if (inventory.Passed.Kvm is not null && inventory.Qemu.TakesKvmDevice && inventory.Platform.Architecture == inventory.Host.Architecture)
            return new AcceleratorSpec("kvm", null) { IsPassed = true };
        var kvm = await ProbeAsync(inventory, cancel).ConfigureAwait(false);
        if (kvm.Usable)
            return new AcceleratorSpec("kvm", null);
        if (technique is not null)
        {
            problems.Add(new Problem("confidential-without-kvm", technique.Option, $"such a guest runs with KVM only: {kvm.Reason}", "vmspawn doctor says what this host has"));
            return null;
        }

        if (request == Tristate.Auto)
            return new AcceleratorSpec(Emulation, kvm.Reason);

        problems.Add(new Problem("kvm-unusable", "--kvm=yes", kvm.Reason!, "use --kvm=no to emulate"));
        return null;
    }

    private static async Task<KvmFacts> ProbeAsync(HostInventory inventory, CancellationToken cancel) => inventory.Platform.Architecture == inventory.Host.Architecture
        ? await inventory.ProbeKvm(inventory.Platform.CpuModel("kvm", inventory.Qemu.Version), cancel).ConfigureAwait(false)
        : new KvmFacts(false, $"the guest's processor is {inventory.Platform.Name}, which is not the host's");
}
