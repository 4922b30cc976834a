using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>Makes sure that a directory is ours alone.</summary>
internal static class OwnDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Makes the directory if need be; null when we can use it, else the reason why not.</summary>
    public static string? WhyNot(string path, uint uid)
    {
        try
        {
            if (new DirectoryInfo(path).LinkTarget is not null)
                return "it is a symbolic link";
            Directory.CreateDirectory(path, OwnerOnly);
            using var directory = OpenFile.Directory(path);
            var facts = FileFacts.Of(directory);
            if (facts.UserId != uid)
                return $"it belongs to user {facts.UserId}";
            if ((facts.Mode & OthersWrite) != UnixFileMode.None)
                return "others can write to it";
            TryOut(path);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return FailureReason.Of(e);
        }
    }

    // A mode says nothing of a file system that is mounted read-only.
    private static void TryOut(string path)
    {
        var trial = Path.Combine(path, $".trial-{Guid.NewGuid():n}");
        Directory.CreateDirectory(trial);
        Directory.Delete(trial);
    }
}
