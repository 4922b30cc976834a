namespace Vmspawn.Qemu;

/// <summary>Asks a QEMU binary once what it can do and remembers the answer.</summary>
internal static class QemuFactsCache
{
    /// <summary>The remembered facts of this very binary, else freshly asked ones; null with the reason in <paramref name="problems"/>.</summary>
    /// <param name="path">Absolute path of the binary.</param>
    /// <param name="directory">Where answers are kept; null keeps none.</param>
    /// <param name="problems">Receives the reason, with what QEMU said.</param>
    public static QemuFacts? Get(string path, string? directory, List<Problem> problems) => throw new NotImplementedException();

    /// <summary><c>/var/cache/vmspawn</c> for root, else <c>$XDG_CACHE_HOME/vmspawn</c> or <c>~/.cache/vmspawn</c>; null without any of them.</summary>
    public static string? DefaultDirectory(uint uid, Func<string, string?> environment) => throw new NotImplementedException();
}
