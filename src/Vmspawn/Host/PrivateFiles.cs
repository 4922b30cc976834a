using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>Files and directories that only the user can access.</summary>
internal static class PrivateFiles
{
    /// <summary>Mode 0700.</summary>
    public const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Mode 0600.</summary>
    public const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a new file.</summary>
    /// <exception cref="IOException">The file exists, or cannot be created or written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = NewFile.Create(path);
        RandomAccess.Write(file, content, 0);
    }
}
