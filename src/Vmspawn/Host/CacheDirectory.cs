namespace Vmspawn.Host;

/// <summary>Where files are kept that can be made or fetched again.</summary>
internal static class CacheDirectory
{
    /// <summary><c>/var/cache/vmspawn</c> for root, else <c>$XDG_CACHE_HOME/vmspawn</c> or <c>~/.cache/vmspawn</c>; null without any of them.</summary>
    public static string? Of(uint uid, Func<string, string?> environment)
    {
        if (uid == 0)
            return "/var/cache/vmspawn";
        if (environment("XDG_CACHE_HOME") is ['/', ..] cache)
            return Path.Combine(cache, "vmspawn");
        return environment("HOME") is ['/', ..] home ? Path.Combine(home, ".cache", "vmspawn") : null;
    }
}
