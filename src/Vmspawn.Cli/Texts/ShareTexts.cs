using System.Globalization;
using System.Text;
using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary><c>--bind=SOURCE[:TARGET]</c>: a backslash escapes the next character of the source.</summary>
internal static class BindText
{
    private const string Form = "write SOURCE[:TARGET], such as /srv/data:/mnt/data";

    public static Parsed<BindMount?> Parse(string text, bool readOnly)
    {
        if (text.Length == 0)
            return (BindMount?)null;
        if (PathText.Parse(text).Mistake is { } mistake)
            return mistake;
        var source = new StringBuilder();
        var at = 0;
        for (; at < text.Length && text[at] != ':'; at++)
        {
            if (text[at] == '\\' && ++at == text.Length)
                return new Mistake("bind-escape", "the backslash at the end takes nothing", Form);
            source.Append(text[at]);
        }

        if (source.Length == 0)
            return new Mistake("bind-source", "there is no directory of the host", Form);
        var target = at < text.Length ? text[(at + 1)..] : null;
        // The mount point is written into a line of fstab(5), which cannot hold a line feed.
        return target is null or ['/', ..] && !$"{target}{source}".Contains('\n', StringComparison.Ordinal)
            ? new BindMount(source.ToString(), target, readOnly)
            : new Mistake("bind-target", $"\"{target}\" is no absolute path of one line in the guest", Form);
    }
}

/// <summary><c>--private-users=UIDBASE[:NUIDS]</c>.</summary>
internal static class PrivateUsersText
{
    private const string Form = "write UIDBASE[:NUIDS], such as 100000:65536";

    /// <summary>Parses a range; an empty value resets the option.</summary>
    public static Parsed<IdRange?> Parse(string text)
    {
        if (text.Length == 0)
            return (IdRange?)null;
        var parts = text.Split(':');
        if (parts.Length > 2 || !TryRead(parts[0], out var first) || !TryRead(parts.Length == 2 ? parts[1] : $"{IdRange.DefaultCount}", out var count))
            return new Mistake("private-users", "this is no range of user ids", Form);
        // 4294967295 is not an id: it means "unchanged" (chown(2)).
        return count > 0 && (ulong)first + count <= uint.MaxValue
            ? new IdRange(first, count)
            : new Mistake("private-users", "a range has at least one id and ends at 4294967294", Form);
    }

    private static bool TryRead(string text, out uint number) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

/// <summary><c>--bind-user-shell=BOOL|PATH</c>.</summary>
internal static class BindUserShellText
{
    /// <summary>Applies the value to the request; an empty value resets the shell.</summary>
    public static Parsed<Func<BindUserRequests, BindUserRequests>> Parse(string text)
    {
        if (text is ['/', ..] && PathText.Parse(text).Mistake is null)
            return Set(requests => requests with { Shell = text, CopiesShell = false });
        if (text.Length == 0 || BoolText.Match(text) == false)
            return Set(requests => requests with { Shell = null, CopiesShell = false });
        return BoolText.Match(text) == true
            ? Set(requests => requests with { Shell = null, CopiesShell = true })
            : new Mistake("bind-user-shell", "this is neither a BOOL nor the path of a shell", "use yes for the users' own, no, or a path such as /bin/bash");
    }

    private static Parsed<Func<BindUserRequests, BindUserRequests>> Set(Func<BindUserRequests, BindUserRequests> set) => set;
}
