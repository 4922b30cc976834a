using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>The default answer to who may call.</summary>
internal static class PeerCheck
{
    private static readonly Lazy<uint> Ourselves = new(FindOurselves);

    public static bool SameUserOrRoot(PeerCredentials peer) => peer.UserId == 0 || peer.UserId == Ourselves.Value;

    // A socket of our own says about us exactly what a peer's socket says about the peer.
    private static uint FindOurselves()
    {
        (UnixConnection ours, SafeFileHandle theirs) = UnixConnection.CreatePair();
        using (theirs)
        using (ours)
            return ours.Peer.UserId;
    }
}
