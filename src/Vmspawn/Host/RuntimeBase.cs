using Vmspawn.Options;

namespace Vmspawn.Host;

/// <summary>The directory that holds one directory for each running VM.</summary>
/// <param name="Path">Absolute, such as <c>/run/systemd/vmspawn</c>.</param>
/// <param name="IsFallback">Neither <c>/run</c> nor <c>$XDG_RUNTIME_DIR</c> could be written.</param>
internal sealed record RuntimeBase(string Path, bool IsFallback)
{
    private const string SystemRun = "/run";
    private const string Below = "systemd/vmspawn";

    /// <summary>Chooses and creates it; null with a problem that names the directories tried.</summary>
    /// <remarks>
    /// With an explicit scope, only that scope's directory. Otherwise for root <c>/run</c>, for other users
    /// <c>$XDG_RUNTIME_DIR</c>, then <c>vmspawn-UID</c> in <c>$TMPDIR</c> or <c>/tmp</c>, which must belong to the user and be writable by nobody else.
    /// </remarks>
    /// <param name="scope">Whose directory; <see cref="RuntimeScope.Auto"/> is system for root, else user.</param>
    /// <param name="uid">The effective user.</param>
    /// <param name="environment">Reads one environment variable.</param>
    /// <param name="problems">Receives the reason.</param>
    public static RuntimeBase? Choose(RuntimeScope scope, uint uid, Func<string, string?> environment, List<Problem> problems)
    {
        var tried = new List<string>();
        if (scope == RuntimeScope.System || (scope == RuntimeScope.Auto && uid == 0))
        {
            if (Try(System.IO.Path.Combine(SystemRun, Below), uid, tried))
                return new RuntimeBase(System.IO.Path.Combine(SystemRun, Below), IsFallback: false);
        }
        else if (environment("XDG_RUNTIME_DIR") is ['/', ..] run)
        {
            if (Try(System.IO.Path.Combine(run, Below), uid, tried))
                return new RuntimeBase(System.IO.Path.Combine(run, Below), IsFallback: false);
        }
        else
        {
            tried.Add("$XDG_RUNTIME_DIR is not set");
        }

        if (scope != RuntimeScope.System)
        {
            var temporary = environment("TMPDIR") is ['/', ..] given ? given : "/tmp";
            var fallback = System.IO.Path.Combine(temporary, $"vmspawn-{uid}");
            if (Try(fallback, uid, tried))
                return new RuntimeBase(fallback, IsFallback: true);
        }

        problems.Add(new Problem(
            "runtime-directory",
            "runtime directory",
            $"there is no place for it: {string.Join("; ", tried)}",
            Hint(scope, uid)));
        return null;
    }

    // Root's machines are always below /run, even if $XDG_RUNTIME_DIR is set.
    internal static string Hint(RuntimeScope scope, uint uid) => scope switch
    {
        RuntimeScope.System => "make /run writable, or leave --system out",
        RuntimeScope.Auto when uid == 0 => "make /run writable, or say --user with $XDG_RUNTIME_DIR set to a directory of yours",
        _ => "set $XDG_RUNTIME_DIR to a directory of yours",
    };

    private static bool Try(string path, uint uid, List<string> tried)
    {
        if (OwnDirectory.WhyNot(path, uid) is not { } reason)
            return true;
        tried.Add($"{path}: {reason}");
        return false;
    }
}
