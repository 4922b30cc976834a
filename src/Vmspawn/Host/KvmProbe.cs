using Vmspawn.Qemu;

namespace Vmspawn.Host;

/// <summary>Finds out whether guests really run with KVM: that <c>/dev/kvm</c> opens is not enough.</summary>
internal static class KvmProbe
{
    private const string Device = "/dev/kvm";
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(3);

    /// <summary>The remembered answer of this boot of the host for this QEMU, else that of a trial run of at most 3 s.</summary>
    /// <param name="qemu">The binary that will run the guest.</param>
    /// <param name="cpuModel">The CPU model that the guest will have, such as <c>max</c>.</param>
    /// <param name="directory">Where the answer is remembered: the runtime base.</param>
    public static KvmFacts Probe(QemuFacts qemu, string cpuModel, string directory)
    {
        if (WhyNotOpen(qemu) is { } reason)
            return new KvmFacts(false, reason);
        if (BinaryStamp.Of(qemu.Path) is not { } stamp)
            return new KvmFacts(false, $"{qemu.Path} went away");

        var head = KvmMemory.Head(BootId(), stamp, cpuModel);
        var path = Path.Combine(directory, stamp.FileName(".kvm-" + cpuModel.Replace('/', '_')));
        if (KvmMemory.Read(path, head) is { } remembered)
            return remembered;
        var failure = KvmTrial.Run(qemu.Path, "kvm", cpuModel, Bound).GetAwaiter().GetResult();
        var facts = new KvmFacts(failure is null, failure);
        AtomicFile.TryWrite(path, KvmMemory.Format(facts, head));
        return facts;
    }

    private static string? WhyNotOpen(QemuFacts qemu)
    {
        if (!qemu.Accelerators.Contains("kvm"))
            return $"{qemu.Path} is built without KVM";
        try
        {
            using var device = File.OpenHandle(Device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return null;
        }
        catch (FileNotFoundException)
        {
            return $"there is no {Device}: no virtualisation in this CPU, firmware, container or virtual machine";
        }
        catch (UnauthorizedAccessException)
        {
            return $"{Device} is not ours to open; members of the group kvm may";
        }
        catch (IOException e)
        {
            return $"{Device} cannot be opened: {e.Message}";
        }
    }

    private static string BootId()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        }
        catch (IOException)
        {
            // Without /proc there is no telling one boot from another: remember nothing for longer than this run.
            return Guid.NewGuid().ToString();
        }
    }
}
