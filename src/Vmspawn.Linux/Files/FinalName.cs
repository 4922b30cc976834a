namespace Vmspawn.Linux;

/// <summary>Renames a finished file without overwriting another.</summary>
public static class FinalName
{
    /// <summary>Renames a file atomically unless the new name exists (RENAME_NOREPLACE in rename(2)).</summary>
    /// <remarks><see cref="File.Move(string, string, bool)"/> checks first and renames then, so that two concurrent renames can overwrite one file.</remarks>
    /// <param name="from">The file.</param>
    /// <param name="to">Its new name, on the same file system.</param>
    /// <returns>False when the new name exists; the file keeps its name.</returns>
    /// <exception cref="LinuxException">Any other failure.</exception>
    public static bool TryGive(string from, string to)
    {
        ArgumentException.ThrowIfNullOrEmpty(from);
        ArgumentException.ThrowIfNullOrEmpty(to);
        if (Libc.RenameAt2(Libc.AT_FDCWD, from, Libc.AT_FDCWD, to, Libc.RENAME_NOREPLACE) == 0)
            return true;
        // Some file systems do not support RENAME_NOREPLACE, but support hard links.
        if (Libc.LastError == Errno.EINVAL && Libc.Link(from, to) == 0)
        {
            File.Delete(from);
            return true;
        }
        return Libc.LastError == Errno.EEXIST ? false : throw LinuxException.Last("rename", to);
    }
}
