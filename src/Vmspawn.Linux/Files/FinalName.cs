namespace Vmspawn.Linux;

/// <summary>Gives a finished file its name, and never another's.</summary>
public static class FinalName
{
    /// <summary>Renames a file unless the new name is taken, in one step (RENAME_NOREPLACE in rename(2)).</summary>
    /// <remarks><see cref="File.Move(string, string, bool)"/> looks first and renames then: of two that are as fast, one is overwritten.</remarks>
    /// <param name="from">The file.</param>
    /// <param name="to">Its new name, on the same file system.</param>
    /// <returns>False when the new name is taken; the file keeps its own then.</returns>
    /// <exception cref="LinuxException">Any other failure.</exception>
    public static bool TryGive(string from, string to)
    {
        ArgumentException.ThrowIfNullOrEmpty(from);
        ArgumentException.ThrowIfNullOrEmpty(to);
        if (Libc.RenameAt2(Libc.AT_FDCWD, from, Libc.AT_FDCWD, to, Libc.RENAME_NOREPLACE) == 0)
            return true;
        // Some file systems cannot; they have hard links.
        if (Libc.LastError == Errno.EINVAL && Libc.Link(from, to) == 0)
        {
            File.Delete(from);
            return true;
        }
        return Libc.LastError == Errno.EEXIST ? false : throw LinuxException.Last("rename", to);
    }
}
