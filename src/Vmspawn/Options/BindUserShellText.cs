namespace Vmspawn.Options;

/// <summary><c>--bind-user-shell=BOOL|PATH</c>.</summary>
internal static class BindUserShellText
{
    /// <summary>Takes it into the wishes; nothing at all means no shell in particular.</summary>
    public static Parsed<Func<BindUserWishes, BindUserWishes>> Parse(string text)
    {
        if (text is ['/', ..] && PathText.Parse(text).Mistake is null)
            return Set(wishes => wishes with { Shell = text, CopiesShell = false });
        if (text.Length == 0 || BoolText.Match(text) == false)
            return Set(wishes => wishes with { Shell = null, CopiesShell = false });
        return BoolText.Match(text) == true
            ? Set(wishes => wishes with { Shell = null, CopiesShell = true })
            : new Mistake("bind-user-shell", "this is neither a BOOL nor the path of a shell", "say yes for the users' own, no, or a path such as /bin/bash");
    }

    private static Parsed<Func<BindUserWishes, BindUserWishes>> Set(Func<BindUserWishes, BindUserWishes> set) => set;
}
