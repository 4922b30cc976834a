using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>The guest's NICs, compared with the host's interfaces and ports.</summary>
internal static class NetworkResolver
{
    /// <summary>passt drops root's privileges before it listens (ip(7), "ip_unprivileged_port_start").</summary>
    private const int FirstFreePort = 1024;

    /// <summary>All cards; facilities that the host lacks are reported in <paramref name="problems"/>.</summary>
    public static async Task<IReadOnlyList<NicSpec>> ResolveAsync(
        VmOptions options, string name, HostInventory inventory, List<Problem> problems, List<string> notices, CancellationToken cancel) =>
        Resolve(options, name, inventory, Modes(options).Contains(NetworkMode.User) ? await PasstAsync(options, inventory, notices, cancel).ConfigureAwait(false) : null, problems);

    /// <summary>The cards with the given passt, or with QEMU's own network where it is null.</summary>
    internal static IReadOnlyList<NicSpec> Resolve(VmOptions options, string? name, HostInventory? inventory, string? passt, List<Problem> problems)
    {
        var published = HostPorts.Choose(options.PublishedPorts, mayBeIPv6: passt is not null, problems);
        var nics = new List<NicSpec>();
        var taps = 0;
        foreach (var mode in Modes(options))
        {
            NicLink link = mode == NetworkMode.Tap
                ? TapResolver.Resolve(taps, options.NetworkBridges.ElementAtOrDefault(taps++), name, inventory?.Host, problems)
                : new UserLink(nics.Any(nic => nic.Link is UserLink) ? [] : published, passt);
            var mac = nics.Count == 0 && options.NetworkMac is not null ? options.NetworkMac
                : link is TapLink tap ? MacAddress.Derive(tap.Interface)
                : null;
            nics.Add(new NicSpec(nics.Count, link, mac));
        }

        return nics;
    }

    private static async Task<string?> PasstAsync(VmOptions options, HostInventory inventory, List<string> notices, CancellationToken cancel)
    {
        if (options.PublishedPorts.Any(port => port.HostPort is > 0 and < FirstFreePort) || inventory.FindProgram("passt") is not { } passt)
            return null;
        if (await inventory.TryPasst(passt, cancel).ConfigureAwait(false) is not { } reason)
            return passt;
        notices.Add($"the user network is QEMU's own, which is slower: {passt} does not run here: {reason}");
        return null;
    }

    /// <summary>The requested cards and the implied ones: a TAP for each bridge, a user network for published ports.</summary>
    private static IEnumerable<NetworkMode> Modes(VmOptions options)
    {
        var missingTaps = options.NetworkBridges.Count - options.Networks.Count(mode => mode == NetworkMode.Tap);
        var modes = options.Networks.Concat(Enumerable.Repeat(NetworkMode.Tap, Math.Max(0, missingTaps)));
        return options.PublishedPorts.Count > 0 && !options.Networks.Contains(NetworkMode.User)
            ? modes.Append(NetworkMode.User)
            : modes;
    }
}
