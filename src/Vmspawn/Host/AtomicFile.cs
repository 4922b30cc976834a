namespace Vmspawn.Host;

/// <summary>Files that are either there in full or not at all, for what is remembered between runs.</summary>
internal static class AtomicFile
{
    /// <summary>Replaces a file, readable by its owner only; false when the place cannot be written, which costs only that nothing is remembered.</summary>
    public static bool TryWrite(string path, ReadOnlySpan<byte> content)
    {
        var draft = $"{path}.{Guid.NewGuid():n}";
        try
        {
            using (var file = new FileStream(draft, OnlyOurs))
                file.Write(content);
            File.Move(draft, path, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(draft);
            return false;
        }
    }

    private static FileStreamOptions OnlyOurs => new()
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };
}
