namespace Vmspawn.Host;

/// <summary>Files that are either there in full or not at all, for what is remembered between runs.</summary>
internal static class AtomicFile
{
    /// <summary>Replaces a file, readable by its owner only; false when the place cannot be written, which costs only that nothing is remembered.</summary>
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
