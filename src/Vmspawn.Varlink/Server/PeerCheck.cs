using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>The default permission check.</summary>
internal static class PeerCheck
{
    public static bool SameUserOrRoot(PeerCredentials peer) => peer.UserId == 0 || peer.UserId == UserEntry.EffectiveUserId;
}
