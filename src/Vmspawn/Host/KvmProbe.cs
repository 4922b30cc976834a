using Vmspawn.Qemu;

namespace Vmspawn.Host;

/// <summary>Finds out whether guests really run with KVM: that <c>/dev/kvm</c> opens is not enough.</summary>
internal static class KvmProbe
{
    /// <summary>The remembered answer of this boot of the host for this QEMU, else that of a short trial run (bounded, about 3 s).</summary>
    /// <param name="qemu">The binary that will run the guest.</param>
    /// <param name="cpuModel">The CPU model that the guest will have, such as <c>max</c>.</param>
    /// <param name="directory">Where the answer is remembered: the runtime base.</param>
    public static KvmFacts Probe(QemuFacts qemu, string cpuModel, string directory) => throw new NotImplementedException();
}
