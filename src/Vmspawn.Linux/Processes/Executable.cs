namespace Vmspawn.Linux;

/// <summary>Programs by name.</summary>
public static class Executable
{
    /// <summary>What is searched after <c>$PATH</c>: administrators' programs are not in everyone's.</summary>
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Finds a program as a shell would, then in the usual system directories.</summary>
    /// <param name="name">A name, or a path with a slash, which is only checked.</param>
    /// <param name="path">What to search instead of <c>$PATH</c>.</param>
    /// <returns>The path of a file that we may execute, or null.</returns>
    public static string? Find(string name, string? path = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Contains('/', StringComparison.Ordinal))
            return IsExecutable(name) ? name : null;
        return FindIn(path ?? Environment.GetEnvironmentVariable("PATH") ?? "", name) ?? FindIn(DefaultPath, name);
    }

    /// <summary>Finds a program in the absolute directories of a list like <c>$PATH</c>: an empty or relative one would run whatever lies in the current directory.</summary>
    /// <param name="path">Directories with colons between them.</param>
    /// <param name="name">A name without a slash.</param>
    public static string? FindIn(string path, string name) => path.Split(':')
        .Where(directory => directory.StartsWith('/'))
        .Select(directory => Path.Combine(directory, name))
        .FirstOrDefault(IsExecutable);

    /// <summary>Becomes another program (execve(2)); its exit status is then ours.</summary>
    /// <param name="path">The program.</param>
    /// <param name="arguments">What follows its name.</param>
    /// <returns>Why it could not be executed; does not return otherwise.</returns>
    public static unsafe LinuxException Become(string path, IReadOnlyList<string> arguments)
    {
        ParentDeath.ForgetOurSignals();
        using var native = new NativeStrings([path, .. arguments]);
        _ = Libc.Execute(path, native.Pointer);
        return LinuxException.Last("execve", path);
    }

    private static bool IsExecutable(string path) => File.Exists(path) && Libc.Access(path, Libc.X_OK) == 0;
}
