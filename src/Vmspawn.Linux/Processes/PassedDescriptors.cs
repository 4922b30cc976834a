using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>Named descriptors passed by the parent process (sd_listen_fds(3)); they stay open for the process's lifetime.</summary>
public static class PassedDescriptors
{
    /// <summary>The number of the first one.</summary>
    private const int First = 3;

    /// <summary>The maximum number accepted.</summary>
    private const int Most = 1024;

    /// <summary>Finds a descriptor by name and sets close-on-exec on it.</summary>
    /// <param name="name">As in <c>$LISTEN_FDNAMES</c>.</param>
    /// <param name="environment">Reads one environment variable.</param>
    /// <returns>A handle whose disposal does not close it, or null when the name is missing or the variables are for another process.</returns>
    public static SafeFileHandle? Find(string name, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (Number(environment("LISTEN_PID")) != Environment.ProcessId || Number(environment("LISTEN_FDS")) is not (> 0 and <= Most and var count))
            return null;
        var index = Array.IndexOf((environment("LISTEN_FDNAMES") ?? "").Split(':'), name);
        if (index < 0 || index >= count || Libc.FileControl(First + index, Libc.F_SETFD, Libc.FD_CLOEXEC) < 0)
            return null;
        return new SafeFileHandle(First + index, ownsHandle: false);
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
