using System.Text.RegularExpressions;
using Vmspawn.Plan;

namespace Vmspawn.Snapshots;

/// <summary>
/// The part of QEMU's arguments that a saved device state depends on. Left out is what is only on the host's side (files, sockets, host ports), and what
/// the state itself contains (addresses of network cards, the vsock's context id).
/// </summary>
internal static partial class FrozenHardware
{
    private static readonly HashSet<string> HostSide = new(StringComparer.Ordinal)
    {
        "-name", "-add-fd", "-blockdev", "-netdev", "-chardev", "-mon", "-uuid", "-smbios", "-fw_cfg", "-kernel", "-initrd", "-append", "-shim", "-incoming",
        "-sandbox", "-display", "-vnc", "-no-user-config",
    };

    /// <summary>In the order of the arguments.</summary>
    public static IReadOnlyList<string> Of(VmPlan plan)
    {
        var all = new List<string>();
        var arguments = plan.Arguments;
        for (var at = 0; at < arguments.Count; at++)
        {
            var option = arguments[at];
            var value = at + 1 < arguments.Count && !arguments[at + 1].StartsWith('-') ? arguments[++at] : null;
            if (HostSide.Contains(option) || (option == "-object" && value is not null && value.Contains("monitor-qmp", StringComparison.Ordinal)))
                continue;
            all.Add(value is null ? option : $"{option} {HostPart().Replace(value, "")}");
        }

        return all;
    }

    /// <summary>What differs, as sentences; empty when nothing does.</summary>
    /// <param name="frozen">Of the snapshot.</param>
    /// <param name="now">Of the plan.</param>
    public static IEnumerable<string> Differences(IReadOnlyList<string> frozen, IReadOnlyList<string> now)
    {
        foreach (var missing in frozen.Except(now))
            yield return $"the frozen machine has \"{missing}\", the plan does not";
        foreach (var added in now.Except(frozen))
            yield return $"the plan has \"{added}\", the frozen machine does not";
        if (frozen.Count == now.Count && !frozen.SequenceEqual(now) && !frozen.Except(now).Any())
            yield return "the plan has the same devices in another order";
    }

    [GeneratedRegex("(?<=^|,)(mac|guest-cid|fds?|vhostfds?|device|filename|mem-path)=[^,]*|/dev/fdset/[0-9]+|/proc/self/fd/[0-9]+", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HostPart();
}
