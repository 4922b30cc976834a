namespace Vmspawn.Host;

/// <summary>Makes sure that a directory is ours alone.</summary>
internal static class OwnDirectory
{
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Makes the directory if need be; null when we can use it, else the reason why not.</summary>
    public static string? WhyNot(string path, uint uid)
    {
        try
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            _ = uid;
            return (File.GetUnixFileMode(path) & OthersWrite) != 0 ? "others can write to it" : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
