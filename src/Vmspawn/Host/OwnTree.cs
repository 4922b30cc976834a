using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>Removes what we made, whatever its content has become.</summary>
internal static class OwnTree
{
    /// <summary>Removes a file, a link, or a directory with all in it, also directories that their owner may not write. Nothing when it is not there.</summary>
    /// <exception cref="IOException">Something in it cannot be removed, such as a mount.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not ours to remove.</exception>
    public static void Remove(string path)
    {
        if (!Directory.Exists(path) || new DirectoryInfo(path).LinkTarget is not null)
        {
            File.Delete(path);
            return;
        }

        if (HostProbe.EffectiveUser != 0)
            MakeWritable(new DirectoryInfo(path));
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Another process removed it meanwhile.
        }
    }

    /// <summary>Removes a path of our user that no process has locked; what cannot be removed stays.</summary>
    public static void RemoveUnheld(string path)
    {
        try
        {
            if (new FileInfo(path).LinkTarget is not null)
                return;
            using var handle = OpenFile.Open(path, writable: false);
            if (FileFacts.Of(handle).UserId == HostProbe.EffectiveUser && FileLock.TryLockExclusive(handle) && FileFacts.IsNamed(handle, path))
                Remove(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has gone meanwhile, or holds something that is not ours; it is in nobody's way.
        }
    }

    private static void MakeWritable(DirectoryInfo directory)
    {
        if ((directory.UnixFileMode & PrivateFiles.DirectoryMode) != PrivateFiles.DirectoryMode)
            directory.UnixFileMode |= PrivateFiles.DirectoryMode;
        foreach (var below in directory.EnumerateDirectories().Where(below => below.LinkTarget is null))
            MakeWritable(below);
    }
}
