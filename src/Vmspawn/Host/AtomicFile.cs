namespace Vmspawn.Host;

/// <summary>Writes cache files atomically.</summary>
internal static class AtomicFile
{
    /// <summary>Replaces a file, with mode 0600; false when it cannot be written, which callers ignore because the file is only a cache.</summary>
    public static bool TryWrite(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            using var draft = Draft.CreateFile(Path.GetDirectoryName(path)!);
            RandomAccess.Write(draft.Handle, content, 0);
            draft.Replace(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
