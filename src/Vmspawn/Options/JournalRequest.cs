namespace Vmspawn.Options;

/// <summary><c>--forward-journal=</c> and its limits; a null limit is systemd-journal-remote's default.</summary>
/// <param name="Path">A file whose name ends in <c>.journal</c>, or a directory; null disables forwarding.</param>
/// <param name="MaxUse">Maximum bytes in total.</param>
/// <param name="KeepFree">Bytes of the file system to keep free.</param>
/// <param name="MaxFileSize">Maximum bytes of one file.</param>
/// <param name="MaxFiles">Maximum number of files.</param>
public sealed record JournalRequest(string? Path = null, long? MaxUse = null, long? KeepFree = null, long? MaxFileSize = null, long? MaxFiles = null)
{
    /// <summary>No forwarding.</summary>
    public static JournalRequest None { get; } = new();

    /// <summary>Whether a limit is set.</summary>
    public bool HasLimits => (MaxUse ?? KeepFree ?? MaxFileSize ?? MaxFiles) is not null;
}
