using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Images;

/// <summary>A kernel or an initrd.</summary>
/// <param name="Path">Absolute path, or its path in a tree.</param>
/// <param name="Identity">Its identity when it was checked; null when it was not.</param>
internal sealed record BootFile(string Path, FileIdentity? Identity = null);

/// <summary>Opens files that were checked before, and compares their identity: the file that was probed and checked for locks is the one that is used.</summary>
internal static class SameFile
{
    /// <summary>Opens it.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="writable">Whether it is to be written to.</param>
    /// <param name="identity">The required identity; null for any.</param>
    /// <exception cref="IOException">It cannot be opened, or another file has its name now.</exception>
    public static SafeFileHandle Open(string path, bool writable, FileIdentity? identity) =>
        Checked(OpenFile.Open(path, writable), identity, path);

    /// <summary>Returns an open file if it has the required identity; else closes it.</summary>
    /// <exception cref="IOException">It is another.</exception>
    public static SafeFileHandle Checked(SafeFileHandle file, FileIdentity? identity, string path)
    {
        try
        {
            if (identity is { } expected && FileFacts.Of(file).Identity != expected)
                throw new IOException($"{path} was replaced since it was checked (start again)");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
