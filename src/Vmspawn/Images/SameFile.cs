using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Images;

/// <summary>A kernel or an initrd.</summary>
/// <param name="Path">Absolute path, or its path in a tree.</param>
/// <param name="Identity">Which file it was when it was looked at; null where nobody looked.</param>
public sealed record BootFile(string Path, FileIdentity? Identity = null);

/// <summary>Opens files that were looked at before, and makes sure that they are those files: what was probed and checked for locks is what is used.</summary>
internal static class SameFile
{
    /// <summary>Opens it.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="writable">Whether it is to be written to.</param>
    /// <param name="identity">Which file it must be; null for any.</param>
    /// <exception cref="IOException">It cannot be opened, or another file has its name now.</exception>
    public static SafeFileHandle Open(string path, bool writable, FileIdentity? identity)
    {
        var file = OpenFile.Open(path, writable);
        try
        {
            Check(file, identity, path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether an open file is the one that was looked at.</summary>
    /// <exception cref="IOException">It is another.</exception>
    public static void Check(SafeHandle file, FileIdentity? identity, string path)
    {
        if (identity is { } expected && FileFacts.Of(file).Identity != expected)
            throw new IOException($"another file has been put in the place of {path} since it was looked at (start again)");
    }
}
