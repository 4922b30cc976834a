using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>Checks that a directory is owned by the user and writable by nobody else.</summary>
internal static class OwnDirectory
{
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Creates the directory if necessary; returns null when it is usable, else the reason.</summary>
    /// <remarks>Other users may list it, because everything created in it is accessible to its owner only.</remarks>
    public static string? WhyNot(string path, uint uid)
    {
        try
        {
            Directory.CreateDirectory(path, PrivateFiles.DirectoryMode);
            using var directory = OpenFile.Directory(path, followLink: false);
            var facts = FileFacts.Of(directory);
            if (facts.UserId != uid)
                return $"it belongs to user {facts.UserId}";
            if ((facts.Mode & OthersWrite) != UnixFileMode.None)
                return "others can write to it";
            // The mode does not show that a file system is full or mounted read-only.
            Draft.CreateDirectory(path).Dispose();
            return null;
        }
        catch (LinuxException e) when (e.Errno is Errno.ELOOP or Errno.ENOTDIR && new FileInfo(path).LinkTarget is not null)
        {
            return "it is a symbolic link";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return FailureReason.Of(e);
        }
    }
}
