using Vmspawn.Networks;
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
        VmOptions options, string name, HostInventory inventory, List<Problem> problems, List<string> notices, CancellationToken cancel)
    {
        await SwitchResolver.CheckAsync(options.SwitchNetworks, inventory, problems, cancel).ConfigureAwait(false);
        var passt = Modes(options).Contains(NetworkMode.User) ? await PasstAsync(options, inventory, notices, cancel).ConfigureAwait(false) : null;
        return Resolve(options, name, inventory, passt, problems);
    }

    /// <summary>The cards with the given passt, or with QEMU's own network where it is null.</summary>
    internal static IReadOnlyList<NicSpec> Resolve(VmOptions options, string? name, HostInventory? inventory, string? passt, List<Problem> problems)
    {
        var published = HostPorts.Choose(options.PublishedPorts, mayBeIPv6: passt is not null, problems);
        var nics = new List<NicSpec>();
        var taps = 0;
        foreach (var mode in Modes(options))
        {
            Add(mode == NetworkMode.Tap
                ? TapResolver.Resolve(taps, options.NetworkBridges.ElementAtOrDefault(taps++), name, inventory?.Host, problems)
                : new UserLink(nics.Any(nic => nic.Link is UserLink) ? [] : published, passt));
        }

        foreach (var network in options.SwitchNetworks)
            Add(new SwitchLink(network, inventory is null ? "" : NetworkPlace.SocketOf(inventory.Host.Runtime, network)));
        return nics;

        void Add(NicLink link) => nics.Add(new NicSpec(nics.Count, link, nics.Count == 0 && options.NetworkMac is { } given ? given : Mac(link, name)));
    }

    /// <summary>The address of a card that others know by it, or null for QEMU's.</summary>
    private static string? Mac(NicLink link, string? machine) => link switch
    {
        TapLink tap => MacAddress.Derive(tap.Interface),
        SwitchLink port => MacAddress.Derive($"{machine} in {port.Network}"),
        _ => null,
    };

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
