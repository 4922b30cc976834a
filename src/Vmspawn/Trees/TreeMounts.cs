namespace Vmspawn.Trees;

/// <summary>Mounts in the mount namespace of virtiofsd: a shell creates them and then executes virtiofsd.</summary>
internal static class TreeMounts
{
    // The guest's root directory has the owner and mode of the upper one.
    private const string OverlayScript = $"""
        cd "$1" && chown --reference="$2" {AbandonedTrees.Upper} && chmod --reference="$2" {AbandonedTrees.Upper} &&
        mount --bind -- "$2" {AbandonedTrees.Lower} &&
        mount -t overlay -o "lowerdir={AbandonedTrees.Lower},upperdir={AbandonedTrees.Upper},workdir={AbandonedTrees.Work}$3" overlay {AbandonedTrees.Merged} &&
        cd / && shift 3 && exec "$@"
        """;

    private const string ReadOnlyScript = """
        mount --bind -- "$1" "$1" && mount -o remount,bind,ro -- "$1" && shift && exec "$@"
        """;

    /// <summary>The words before a command line that run it with an overlay of a tree in the directory <c>merged</c> of its place.</summary>
    public static IReadOnlyList<string> Overlay(string place, string tree, bool inUserNamespace) => inUserNamespace
        // In a user namespace the kernel stores overlayfs's metadata in user.* attributes (its documentation of overlayfs).
        ? ["/usr/bin/unshare", "--user", "--map-root-user", "--mount", "--", "/bin/sh", "-c", OverlayScript, "sh", place, tree, ",userxattr"]
        : ["/usr/bin/unshare", "--mount", "--", "/bin/sh", "-c", OverlayScript, "sh", place, tree, ""];

    /// <summary>The words before a command line that run it with a directory mounted read-only.</summary>
    public static IReadOnlyList<string> ReadOnly(string directory) => ["/usr/bin/unshare", "--mount", "--", "/bin/sh", "-c", ReadOnlyScript, "sh", directory];
}
