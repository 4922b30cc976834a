using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>Removes files and directories that vmspawn created, whatever they contain now.</summary>
internal static class OwnTree
{
    /// <summary>Removes a file, a link, or a directory with its content, including directories without write permission. Does nothing when it does not exist.</summary>
    /// <exception cref="IOException">Something in it cannot be removed, such as a mount.</exception>
    /// <exception cref="UnauthorizedAccessException">Permission denied.</exception>
    public static void Remove(string path)
    {
        if (!Directory.Exists(path) || new DirectoryInfo(path).LinkTarget is not null)
        {
            File.Delete(path);
            return;
        }

        if (HostProbe.EffectiveUser != 0)
            MakeWritable(new DirectoryInfo(path));
        while (Directory.Exists(path))
        {
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (DirectoryNotFoundException)
            {
                // Another process removed it meanwhile, or a directory in it, so there is less of it each time.
            }
        }
    }

    /// <summary>Removes a path of this user that no process has locked; failures are ignored.</summary>
    /// <returns>False when a process has it locked, so that a later attempt may succeed.</returns>
    public static bool RemoveUnheld(string path)
    {
        try
        {
            if (new FileInfo(path).LinkTarget is not null)
                return true;
            using var handle = OpenFile.Open(path, writable: false);
            if (FileFacts.Of(handle).UserId != HostProbe.EffectiveUser)
                return true;
            if (!FileLock.TryLockExclusive(handle))
                return false;
            if (FileFacts.IsNamed(handle, path))
                Remove(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It was removed meanwhile, or contains files of another user; it does no harm.
        }

        return true;
    }

    private static void MakeWritable(DirectoryInfo directory)
    {
        if ((directory.UnixFileMode & PrivateFiles.DirectoryMode) != PrivateFiles.DirectoryMode)
            directory.UnixFileMode |= PrivateFiles.DirectoryMode;
        foreach (var below in directory.EnumerateDirectories().Where(below => below.LinkTarget is null))
            MakeWritable(below);
    }
}
