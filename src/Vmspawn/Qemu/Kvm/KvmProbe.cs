using Vmspawn.Linux;

namespace Vmspawn.Qemu;

/// <summary>Whether guests can run with KVM.</summary>
/// <param name="Usable">A trial guest has run with KVM since the host was booted.</param>
/// <param name="Reason">Why not; null when usable.</param>
internal sealed record KvmFacts(bool Usable, string? Reason)
{
    /// <summary>The trial timed out: the outcome is unknown, and the next start repeats it.</summary>
    public bool IsUndecided { get; init; }
}

/// <summary>Checks whether guests run with KVM by a trial guest: opening <c>/dev/kvm</c> is not sufficient.</summary>
internal static class KvmProbe
{
    internal const string Device = "/dev/kvm";

    // A normal trial takes 0.1 s. On hosts whose own virtualisation lacks hardware support it may take twenty times as long as
    // emulation, and kernels do not boot: KVM that is slower than emulation is treated as unusable.
    private const int SlowerThanEmulation = 4;
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(3);

    /// <summary>The cached outcome for this boot of the host and this QEMU, else that of a trial run, which takes some tenths of a second, 6 s at most.</summary>
    /// <param name="qemu">The binary that will run the guest.</param>
    /// <param name="cpuModel">The guest's CPU model, such as <c>max</c>.</param>
    /// <param name="directory">The cache directory: the runtime base.</param>
    /// <param name="cancel">Cancels the trial.</param>
    public static async Task<KvmFacts> ProbeAsync(QemuFacts qemu, string cpuModel, string directory, CancellationToken cancel)
    {
        if (WhyNotOpen(qemu) is { } reason)
            return new KvmFacts(false, reason);
        if (BinaryStamp.Of(qemu.Path) is not { } stamp)
            return new KvmFacts(false, $"{qemu.Path} was removed");

        var head = KvmMemory.Head(BootId(), stamp, cpuModel);
        var path = Path.Combine(directory, stamp.FileName(".kvm-" + cpuModel.Replace('/', '_')));
        if (KvmMemory.Read(path, head) is { } remembered)
            return remembered;
        var facts = await TryAsync(qemu, cpuModel, cancel).ConfigureAwait(false);
        KvmMemory.Write(path, head, facts);
        return facts;
    }

    /// <summary>Whether the device opens: the only check on architectures where the trial guest, which is x86 code, cannot run.</summary>
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
            var emulated = await KvmTrial.RunAsync(qemu.Path, "tcg", "max", LongestTimeout, cancel).ConfigureAwait(false);
            bound = BoundAfter(emulated);
        }

        var trial = await KvmTrial.RunAsync(qemu.Path, "kvm", cpuModel, bound, cancel).ConfigureAwait(false);
        return new KvmFacts(trial.Failure is null, trial.Failure) { IsUndecided = trial.TimedOut };
    }

    /// <summary>The time limit for the trial with KVM, given the trial without it.</summary>
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
            // Without /proc the boot id is unknown: a random one makes the cache invalid after this run.
            return $"{RandomNumber.Next():x16}";
        }
    }
}
