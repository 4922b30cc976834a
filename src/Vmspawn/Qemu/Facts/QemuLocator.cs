namespace Vmspawn.Qemu;

/// <summary>Finds the QEMU binary for x86-64 guests.</summary>
internal static class QemuLocator
{
    private const string Binary = "qemu-system-x86_64";

    // Where Red Hat's distributions put theirs, outside of $PATH.
    private const string Libexec = "/usr/libexec/qemu-kvm";

    /// <summary>Its absolute path, or null with a problem that says where it was looked for and how to install it.</summary>
    /// <remarks>Each directory of <c>$PATH</c> for <c>qemu-system-x86_64</c>, then for <c>qemu-kvm</c>, then <c>/usr/libexec/qemu-kvm</c>.</remarks>
    /// <param name="environment">Reads one environment variable; <c>PATH</c> is asked.</param>
    /// <param name="problems">Receives the reason.</param>
    public static string? Find(Func<string, string?> environment, List<Problem> problems)
    {
        var path = environment("PATH") ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin";
        var found = InPath(path, Binary) ?? InPath(path, "qemu-kvm") ?? (IsExecutable(Libexec) ? Libexec : null);
        if (found is null)
        {
            problems.Add(new Problem(
                "qemu-missing",
                "QEMU",
                $"neither {Binary} nor qemu-kvm is in $PATH, and there is no {Libexec}",
                "install it: apt install qemu-system-x86, or dnf install qemu-kvm"));
        }

        return found;
    }

    private static string? InPath(string path, string name)
    {
        foreach (var range in path.AsSpan().Split(':'))
        {
            // An empty or relative entry would run whatever lies in the current directory.
            var directory = path.AsSpan(range);
            if (!directory.StartsWith('/'))
                continue;
            var candidate = Path.Join(directory, name);
            if (IsExecutable(candidate))
                return candidate;
        }

        return null;
    }

    private static bool IsExecutable(string path)
    {
        const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        var file = new FileInfo(path);
        return file.Exists && ((file.ResolveLinkTarget(returnFinalTarget: true) ?? file).UnixFileMode & AnyExecute) != UnixFileMode.None;
    }
}
