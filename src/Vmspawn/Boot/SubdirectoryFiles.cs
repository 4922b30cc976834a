using Vmspawn.Images;

namespace Vmspawn.Boot;

/// <summary>A directory of other files, seen as if it were a file system of its own.</summary>
internal sealed class SubdirectoryFiles(IBootFiles files, string directory) : IBootFiles
{
    public IReadOnlyList<string> Names(string below) => files.Names(Join(directory, below));

    public ByteSource? Open(string path) => files.Open(Join(directory, path));

    /// <summary>A path below a directory, whether or not it starts with a slash.</summary>
    public static string Join(string directory, string path) => $"{directory}/{path.TrimStart('/')}";
}
