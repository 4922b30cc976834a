using Vmspawn.Images;
using Vmspawn.Linux;

namespace Vmspawn.Resolve;

/// <summary>The observed state of a directory of the host.</summary>
/// <param name="Path">Absolute path of the directory itself, where a symbolic link was named: no virtiofsd accepts a link.</param>
/// <param name="Name">Absolute path as the user gave it.</param>
/// <param name="User">Its owner.</param>
/// <param name="Group">Its group.</param>
internal sealed record SharedDirectory(string Path, string Name, uint User, uint Group)
{
    /// <summary>Observes one; null with the reason in <paramref name="problems"/>.</summary>
    public static SharedDirectory? Look(string subject, string path, List<Problem> problems)
    {
        path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        try
        {
            using var directory = OpenFile.Open(path, writable: false);
            var facts = FileFacts.Of(directory);
            if (facts.Kind == FileKind.Directory)
                return new SharedDirectory(Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path, path, facts.UserId, facts.GroupId);
            problems.Add(new Problem("share-source", subject, "this is not a directory, and only directories can be shared"));
        }
        catch (LinuxException error)
        {
            problems.Add(new Problem("share-source", subject, error.Errno == Errno.ENOENT ? "there is no such directory" : $"it cannot be read: {error.Text()}"));
        }

        return null;
    }
}
