namespace Vmspawn.Linux;

/// <summary>Finds and executes programs.</summary>
public static class Executable
{
    /// <summary>Searched after <c>$PATH</c>, because users' <c>$PATH</c> may lack the sbin directories.</summary>
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Finds a program in <c>$PATH</c>, then in the usual system directories.</summary>
    /// <param name="name">A name, or a path with a slash, which is only checked.</param>
    /// <param name="path">The search path to use instead of <c>$PATH</c>.</param>
    /// <returns>The path of an executable file, or null.</returns>
    public static string? Find(string name, string? path = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Contains('/', StringComparison.Ordinal))
            return IsExecutable(name) ? name : null;
        return FindIn(path ?? Environment.GetEnvironmentVariable("PATH") ?? "", name) ?? FindIn(DefaultPath, name);
    }

    /// <summary>Finds a program in the absolute directories of a list like <c>$PATH</c>. Relative ones are skipped: they would search the current directory.</summary>
    /// <param name="path">Directories separated by colons.</param>
    /// <param name="name">A name without a slash.</param>
    public static string? FindIn(string path, string name) => path.Split(':')
        .Where(directory => directory.StartsWith('/'))
        .Select(directory => Path.Combine(directory, name))
        .FirstOrDefault(IsExecutable);

    /// <summary>Replaces this process by another program (execve(2)).</summary>
    /// <param name="path">The program.</param>
    /// <param name="arguments">The arguments after its name.</param>
    /// <returns>The failure; does not return on success.</returns>
    public static unsafe LinuxException Become(string path, IReadOnlyList<string> arguments)
    {
        ParentDeath.ForgetOurSignals();
        using var native = new NativeStrings([path, .. arguments]);
        _ = Libc.Execute(path, native.Pointer);
        return LinuxException.Last("execve", path);
    }

    private static bool IsExecutable(string path) => File.Exists(path) && Libc.Access(path, Libc.X_OK) == 0;
}
