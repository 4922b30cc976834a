using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>The vsock: the kernel's, or vhost-device-vsock(1) as a helper.</summary>
internal static class VsockArguments
{
    /// <summary>The helper's socket for QEMU.</summary>
    private const string DeviceSocket = "vhost-vsock";

    /// <summary>The helper's socket for programs of the host.</summary>
    private const string HostSocket = "vsock";

    public static VsockPlan? Plan(VsockSpec? vsock) =>
        vsock is null ? null : new VsockPlan(vsock.Cid, vsock.NotifyPort, vsock.Program is null ? null : HostSocket);

    public static void Add(PlanDraft draft, VsockSpec? vsock)
    {
        if (vsock is null)
            return;
        if (vsock.Program is not { } program)
        {
            var device = draft.Inherit("vhost-vsock", new VhostVsockDevice(vsock.Cid, vsock.IsPassed));
            draft.AddPciDevice(vsock.Driver, DeviceIds.Vsock, text => text.With("guest-cid", vsock.Cid).With("vhostfd", device));
            return;
        }

        draft.Helpers.Add(UserVsock(program, vsock.Cid));
        draft.Add("-chardev", new OptionText("socket")
            .With("id", DeviceIds.Vsock).With("fd", draft.Inherit("vhost-vsock", new HelperSocket(DeviceSocket))));
        draft.AddPciDevice(vsock.Driver, DeviceIds.Vsock, text => text.With("chardev", DeviceIds.Vsock));
    }

    private static HelperPlan UserVsock(string program, uint cid)
    {
        var descriptors = new DescriptorTable();
        // It accepts paths only, and a socket's path is limited to 107 bytes: a path through this descriptor is short enough.
        var directory = $"/proc/self/fd/{descriptors.Add("runtime-directory", new RuntimeDirectory())}";
        return new HelperPlan
        {
            Purpose = "the vsock",
            Program = program,
            Arguments = ["--vm", $"guest-cid={cid},socket={directory}/{DeviceSocket},uds-path={directory}/{HostSocket}"],
            Descriptors = descriptors.All,
            Socket = DeviceSocket,
            // It does not exit when QEMU disconnects: it waits for a new connection.
            LeavesWithQemu = false,
        };
    }
}
