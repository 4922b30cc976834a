using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>Makes sure that a directory is ours alone.</summary>
internal static class OwnDirectory
{
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Makes the directory if need be; null when we can use it, else the reason why not.</summary>
    /// <remarks>One that others may list does, since everything that we make in it is for our user alone.</remarks>
    /// <exception cref="IOException">This process lacks descriptors or memory, which says nothing of the directory.</exception>
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
            // A mode says nothing of a file system that is full or mounted read-only.
            Draft.CreateDirectory(path).Dispose();
            return null;
        }
        catch (LinuxException e) when (e.Errno is Errno.ELOOP or Errno.ENOTDIR && new FileInfo(path).LinkTarget is not null)
        {
            return "it is a symbolic link";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && !IsLack(e))
        {
            return FailureReason.Of(e);
        }
    }

    private static bool IsLack(Exception error) => FailureReason.ErrnoOf(error) is Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM;
}
