using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>KVM when guests really run on it, else emulation.</summary>
internal static class AcceleratorResolver
{
    private const string Emulation = "tcg";

    public static AcceleratorSpec? Resolve(Tristate wish, World world, List<Problem> problems)
    {
        if (wish == Tristate.No)
            return new AcceleratorSpec(Emulation, null);

        var kvm = world.ProbeKvm(CpuModel("kvm"));
        if (kvm.Usable)
            return new AcceleratorSpec("kvm", null);
        if (wish == Tristate.Auto)
            return new AcceleratorSpec(Emulation, kvm.Reason);

        problems.Add(new Problem("kvm-unusable", "--kvm=yes", kvm.Reason!, "use --kvm=no to emulate"));
        return null;
    }

    /// <summary>The CPU model that a guest gets.</summary>
    public static string CpuModel(string accelerator) => accelerator == "kvm" ? "host" : "max";
}
