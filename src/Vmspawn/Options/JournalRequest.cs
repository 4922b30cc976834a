namespace Vmspawn.Options;

/// <summary><c>--forward-journal=</c> and its limits: each is systemd-journal-remote's own where it is null.</summary>
/// <param name="Path">A file whose name ends in <c>.journal</c>, or a directory; null forwards nothing.</param>
/// <param name="MaxUse">Bytes that all of it may take.</param>
/// <param name="KeepFree">Bytes of the file system that stay free.</param>
/// <param name="MaxFileSize">Bytes of one file.</param>
/// <param name="MaxFiles">Files that are kept.</param>
public sealed record JournalRequest(string? Path = null, long? MaxUse = null, long? KeepFree = null, long? MaxFileSize = null, long? MaxFiles = null)
{
    /// <summary>Nothing is said.</summary>
    public static JournalRequest None { get; } = new();

    /// <summary>Whether a limit is said.</summary>
    public bool HasLimits => (MaxUse ?? KeepFree ?? MaxFileSize ?? MaxFiles) is not null;
}
