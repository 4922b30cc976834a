using System.Globalization;
using System.Text;
using Vmspawn.Images;
using Vmspawn.Linux;

namespace Vmspawn.Catalog;

/// <summary>Collects what tells one content of files from another, and makes a short text of it.</summary>
/// <remarks>
/// Files are not read. The kernel's time of the last change is used, which no program can set back; package managers, tar and rsync give files old modification
/// times. A copy is another content, although it has the same bytes.
/// </remarks>
internal sealed class ContentStamp
{
    private readonly StringBuilder _facts = new();

    /// <summary>Adds a text.</summary>
    public ContentStamp Add(string text)
    {
        _facts.Append(text).Append('\0');
        return this;
    }

    /// <summary>Adds a file; a symbolic link is followed.</summary>
    /// <exception cref="LinuxException">It cannot be opened.</exception>
    public ContentStamp AddFile(string path)
    {
        using var file = OpenFile.Open(path, writable: false);
        // Nothing records writes to a block device, so each look at one is a new content.
        var facts = FileFacts.Of(file);
        return facts.Kind == FileKind.Block ? Add($"{RandomNumber.Next():x16}") : Add(Text(facts));
    }

    /// <summary>Adds everything below a directory, without following symbolic links.</summary>
    /// <exception cref="IOException">A part of it cannot be looked at, or was removed meanwhile.</exception>
    /// <exception cref="UnauthorizedAccessException">Permission denied.</exception>
    public ContentStamp AddTree(string directory, CancellationToken cancel)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };
        foreach (var path in Directory.EnumerateFileSystemEntries(directory, "*", options).Order(StringComparer.Ordinal))
        {
            cancel.ThrowIfCancellationRequested();
            var facts = FileFacts.OfName(path);
            Add(Path.GetRelativePath(directory, path));
            // A directory's own times change with files that come and go, such as a lock; its names are in the list.
            Add(facts.Kind == FileKind.Directory ? Permissions(facts) : Text(facts));
        }

        return this;
    }

    /// <summary>The text: 64 hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(Sha256.Hash(Encoding.UTF8.GetBytes(_facts.ToString())));

    private static string Text(FileFacts facts) => string.Create(
        CultureInfo.InvariantCulture, $"{facts.Identity.Device}:{facts.Identity.Inode}:{facts.Size}:{facts.Changed}:{Permissions(facts)}");

    private static string Permissions(FileFacts facts) =>
        string.Create(CultureInfo.InvariantCulture, $"{facts.Kind}:{(int)facts.Mode}:{facts.UserId}:{facts.GroupId}");
}
