using Vmspawn.Options;
using Vmspawn.Qemu.Arguments;

namespace Vmspawn.Plan.Arguments;

/// <summary>User-mode networking by passt, with the same addresses as QEMU's built-in user network.</summary>
internal static class PasstArguments
{
    /// <summary>Adds the helper.</summary>
    /// <returns>The network backend that is connected to it.</returns>
    public static OptionText Add(PlanDraft draft, string program, IReadOnlyList<PublishedPort> published, string netdev)
    {
        var descriptors = new DescriptorTable();
        var end = descriptors.Add(netdev, new SocketEnd(netdev));
        draft.Helpers.Add(new HelperPlan
        {
            Purpose = "the user network",
            Program = program,
            Arguments =
            [
                "--foreground", "--quiet", "--fd", $"{end}",
                "--address", "10.0.2.15", "--netmask", "24", "--gateway", "10.0.2.2", "--dns", "10.0.2.3", "--dns-forward", "10.0.2.3",
                .. published.SelectMany(port => (string[])[port.IsUdp ? "--udp-ports" : "--tcp-ports", $"{port.Address}/{port.HostPort}:{port.GuestPort}"]),
            ],
            Descriptors = descriptors.All,
        });
        // addr.str is the descriptor's number (QAPI, FdSocketAddress).
        return new OptionText("stream").With("id", netdev).With("server", false)
            .With("addr.type", "fd").With("addr.str", draft.Inherit(netdev, new SocketEnd(netdev)));
    }
}
