using Vmspawn.Host;

namespace Vmspawn.Snapshots;

/// <summary>The directory for snapshots that have a name instead of a path.</summary>
internal static class SnapshotPlace
{
    /// <summary>The path of a snapshot. A text without a slash is a name in the user's directory of snapshots, if there is one.</summary>
    public static string PathOf(string text, Func<string, string?> variable) =>
        !text.Contains('/', StringComparison.Ordinal) && text is not ("" or "." or "..") && Of(variable) is { } directory ? Path.Combine(directory, text) : Path.GetFullPath(text);

    /// <summary>The user's directory of snapshots; null when there is no home directory.</summary>
    public static string? Of(Func<string, string?> variable) => UserPlace.Of(variable, "XDG_DATA_HOME", ".local/share", "snapshots", "/var/lib/vmspawn/snapshots");
}
