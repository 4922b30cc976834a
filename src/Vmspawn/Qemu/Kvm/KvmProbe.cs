using Vmspawn.Linux;

namespace Vmspawn.Qemu;

/// <summary>Whether guests run with hardware virtualisation.</summary>
/// <param name="Usable">A guest was seen to run with it, since the host was booted.</param>
/// <param name="Reason">Why not, in words; null when usable.</param>
internal sealed record KvmFacts(bool Usable, string? Reason)
{
    /// <summary>The trial timed out: whether guests run is not known, and the next start asks again.</summary>
    public bool IsUndecided { get; init; }
}

/// <summary>Finds out whether guests really run with KVM: that <c>/dev/kvm</c> opens is not enough.</summary>
internal static class KvmProbe
{
    internal const string Device = "/dev/kvm";

    // A healthy trial takes a tenth of a second. On hosts that virtualise without the CPU's help it may take twenty times what
    // emulation takes, and kernels do not come up at all: KVM that is slower than emulation is no use even where it works.
    private const int SlowerThanEmulation = 4;
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(3);

    /// <summary>The remembered answer of this boot of the host for this QEMU, else that of a trial run: some tenths of a second, 6 s at most.</summary>
    /// <param name="qemu">The binary that will run the guest.</param>
    /// <param name="cpuModel">The CPU model that the guest will have, such as <c>max</c>.</param>
    /// <param name="directory">Where the answer is remembered: the runtime base.</param>
    /// <param name="cancel">Ends the trial.</param>
    public static async Task<KvmFacts> ProbeAsync(QemuFacts qemu, string cpuModel, string directory, CancellationToken cancel)
    {
        if (WhyNotOpen(qemu) is { } reason)
            return new KvmFacts(false, reason);
        if (BinaryStamp.Of(qemu.Path) is not { } stamp)
            return new KvmFacts(false, $"{qemu.Path} went away");

        var head = KvmMemory.Head(BootId(), stamp, cpuModel);
        var path = Path.Combine(directory, stamp.FileName(".kvm-" + cpuModel.Replace('/', '_')));
        if (KvmMemory.Read(path, head) is { } remembered)
            return remembered;
        var facts = await TryAsync(qemu, cpuModel, cancel);
        KvmMemory.Write(path, head, facts);
        return facts;
    }

    /// <summary>Whether the device opens: all that can be told where the trial guest, which is x86 code, cannot run.</summary>
    /// <param name="qemu">The binary that will run the guest.</param>
    public static KvmFacts Open(QemuFacts qemu)
    {
        var reason = WhyNotOpen(qemu);
        return new KvmFacts(reason is null, reason);
    }

    internal static async Task<KvmFacts> TryAsync(QemuFacts qemu, string cpuModel, CancellationToken cancel)
    {
        var bound = LongestTimeout;
        if (qemu.Accelerators.Contains("tcg"))
        {
            var emulated = await KvmTrial.RunAsync(qemu.Path, "tcg", "max", LongestTimeout, cancel);
            bound = BoundAfter(emulated);
        }

        var trial = await KvmTrial.RunAsync(qemu.Path, "kvm", cpuModel, bound, cancel);
        return new KvmFacts(trial.Failure is null, trial.Failure) { IsUndecided = trial.TimedOut };
    }

    /// <summary>How long the guest may take with KVM when it took this long, or failed, without.</summary>
    internal static TimeSpan BoundAfter(KvmTrial emulated)
    {
        if (emulated.Failure is not null)
            return LongestTimeout;
        var bound = emulated.Elapsed * SlowerThanEmulation;
        return bound < ShortestTimeout ? ShortestTimeout : bound > LongestTimeout ? LongestTimeout : bound;
    }

    private static string? WhyNotOpen(QemuFacts qemu)
    {
        if (!qemu.Accelerators.Contains("kvm"))
            return $"{qemu.Path} is built without KVM";
        try
        {
            OpenFile.Open(Device, writable: true).Dispose();
            return null;
        }
        catch (LinuxException e)
        {
            return e.Errno switch
            {
                Errno.ENOENT => $"there is no {Device}: no virtualisation in this CPU, firmware, container or virtual machine",
                Errno.EACCES or Errno.EPERM => $"permission denied for {Device}; members of the group kvm may open it",
                _ => $"{Device} cannot be opened: {e.Message}",
            };
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
            return $"{RandomNumber.Next():x16}";
        }
    }
}
