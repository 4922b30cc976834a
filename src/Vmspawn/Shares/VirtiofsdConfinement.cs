using Vmspawn.Host;
using Vmspawn.Spec;

namespace Vmspawn.Shares;

/// <summary>Which confinement virtiofsd can enter: it dies when it is asked for one that it cannot.</summary>
internal static class VirtiofsdConfinement
{
    public static VirtiofsdSandbox Best() =>
        !OwnCapabilities.Has(OwnCapabilities.SysChroot) ? VirtiofsdSandbox.None
        : OwnCapabilities.Has(OwnCapabilities.SysAdmin) && IsMountPoint(File.ReadLines("/proc/self/mountinfo")) ? VirtiofsdSandbox.Namespace
        : VirtiofsdSandbox.Chroot;

    /// <summary>Whether our root directory is a mount point, which pivot_root(2) asks for and a plain chroot is not.</summary>
    /// <param name="mountInfo">Lines of proc(5), "mountinfo".</param>
    internal static bool IsMountPoint(IEnumerable<string> mountInfo) =>
        mountInfo.Any(line => line.Split(' ', 6) is [_, _, _, _, "/", ..]);
}
