using Microsoft.Win32.SafeHandles;
using Vmspawn.Images;
using Vmspawn.Linux;

namespace Vmspawn.Boot;

/// <summary>The files of a directory tree on the host; links are resolved within the tree.</summary>
/// <remarks>Opened files stay open until the tree is disposed: there are few.</remarks>
internal sealed class TreeFiles : IBootFiles, IDisposable
{
    private readonly ConfinedTree _tree;
    private readonly List<SafeFileHandle> _opened = [];

    private TreeFiles(ConfinedTree tree) => _tree = tree;

    /// <summary>Opens a tree.</summary>
    /// <exception cref="LinuxException">It does not exist or is not a directory.</exception>
    public static TreeFiles OpenTree(string path) => new(ConfinedTree.Open(path));

    public IReadOnlyList<string> Names(string directory) => _tree.Names(directory);

    public ByteSource? Open(string path)
    {
        var handle = _tree.OpenRead(path);
        if (handle is null)
            return null;
        _opened.Add(handle);
        var facts = FileFacts.Of(handle);
        return facts.Kind == FileKind.Regular ? new FileBytes(handle, facts.Size) : null;
    }

    public void Dispose()
    {
        _opened.ForEach(file => file.Dispose());
        _tree.Dispose();
    }
}

/// <summary>A directory of other files, as the root of a file system.</summary>
internal sealed class SubdirectoryFiles(IBootFiles files, string directory) : IBootFiles
{
    public IReadOnlyList<string> Names(string below) => files.Names(Join(directory, below));

    public ByteSource? Open(string path) => files.Open(Join(directory, path));

    /// <summary>A path below a directory, whether or not it starts with a slash.</summary>
    public static string Join(string directory, string path) => $"{directory}/{path.TrimStart('/')}";
}
