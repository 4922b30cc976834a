using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>Files and directories for our user alone.</summary>
internal static class PrivateFiles
{
    /// <summary>What their owner may do with a directory of ours, and nobody else.</summary>
    public const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>What their owner may do with a file of ours, and nobody else.</summary>
    public const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a new file.</summary>
    /// <exception cref="IOException">There is one, or it cannot be made or written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = NewFile.Create(path);
        RandomAccess.Write(file, content, 0);
    }
}
