using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Images;

/// <summary>Opens what must be a regular file with something in it.</summary>
internal static class PlainFile
{
    /// <summary>The file open for reading, or null with the reason in <paramref name="problems"/>.</summary>
    /// <param name="subject">What the problem is about, such as <c>--linux=vmlinuz</c>.</param>
    /// <param name="kind">The word for the file in the problem's code: <c>kernel</c>, <c>initrd</c>.</param>
    /// <param name="path">The path as given.</param>
    /// <param name="problems">Receives the reason.</param>
    public static SafeFileHandle? Open(string subject, string kind, string path, List<Problem> problems)
    {
        try
        {
            if (Directory.Exists(path))
                return Fail(new Problem($"{kind}-directory", subject, "it is a directory, not a file"));
            var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (RandomAccess.GetLength(file) > 0)
                return file;
            file.Dispose();
            return Fail(new Problem($"{kind}-empty", subject, "the file is empty"));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Fail(new Problem($"{kind}-missing", subject, "there is no such file"));
        }
        catch (UnauthorizedAccessException)
        {
            return Fail(new Problem($"{kind}-unreadable", subject, "it may not be read by this user"));
        }
        catch (IOException e)
        {
            return Fail(new Problem($"{kind}-unreadable", subject, $"it cannot be read: {e.Message}"));
        }

        SafeFileHandle? Fail(Problem problem)
        {
            problems.Add(problem);
            return null;
        }
    }
}
