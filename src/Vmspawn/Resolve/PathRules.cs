using Vmspawn.Options;

namespace Vmspawn.Resolve;

/// <summary>Checks all paths of the options before any of them is opened.</summary>
internal static class PathRules
{
    /// <summary>Whether all paths can be resolved: relative ones start at the current directory, which may have been removed.</summary>
    public static bool Check(VmOptions options, List<Problem> problems) => Check(options, HasCurrentDirectory, problems);

    internal static bool Check(VmOptions options, bool hasCurrentDirectory, List<Problem> problems)
    {
        if (hasCurrentDirectory)
            return true;
        var before = problems.Count;
        var bootsIt = options is { Image: null, Directory: null, Template: null, Linux: null, LinuxContent.IsEmpty: true, Machine: null };
        var subjects = OptionPath.Of(options)
            .Where(option => !Path.IsPathRooted(option.Path) && !IsCredentialName(option)).Select(option => option.Subject);
        foreach (var subject in bootsIt ? subjects.Prepend("the current directory") : subjects)
            problems.Add(new Problem("no-current-directory", subject, "the current directory does not exist any more: it was removed", "change to another one, or give an absolute path"));
        return problems.Count == before;
    }

    // A bare name is looked up in $CREDENTIALS_DIRECTORY.
    private static bool IsCredentialName(OptionPath option) =>
        option.Subject.StartsWith("--load-credential=", StringComparison.Ordinal) && !option.Path.Contains('/', StringComparison.Ordinal);

    private static bool HasCurrentDirectory
    {
        get
        {
            try
            {
                return Directory.GetCurrentDirectory().Length > 0;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }
}
