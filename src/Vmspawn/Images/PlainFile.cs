using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Images;

/// <summary>Opens a file that must be a regular file and not empty.</summary>
internal static class PlainFile
{
    /// <summary>The file open for reading, or null with the reason in <paramref name="problems"/>.</summary>
    /// <param name="subject">The subject of the problem, such as <c>--linux=vmlinuz</c>.</param>
    /// <param name="kind">The kind of file in the problem's code: <c>kernel</c>, <c>initrd</c>.</param>
    /// <param name="path">The path as given.</param>
    /// <param name="problems">Receives the reason.</param>
    public static SafeFileHandle? Open(string subject, string kind, string path, List<Problem> problems)
    {
        SafeFileHandle? file = null;
        try
        {
            file = OpenFile.Open(path, writable: false);
            if (Refusal(subject, kind, FileFacts.Of(file)) is not { } problem)
                return file;
            problems.Add(problem);
        }
        catch (LinuxException e)
        {
            problems.Add(OpenProblem.For(kind, subject, e));
        }

        file?.Dispose();
        return null;
    }

    private static Problem? Refusal(string subject, string kind, FileFacts facts) => facts.Kind switch
    {
        FileKind.Directory => new Problem($"{kind}-directory", subject, "it is a directory, not a file"),
        FileKind.Regular when facts.Size > 0 => null,
        FileKind.Regular => new Problem($"{kind}-empty", subject, "the file is empty"),
        _ => new Problem($"{kind}-kind", subject, "it is not a regular file"),
    };
}
