using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>Descriptors that whoever started us has handed over by name (sd_listen_fds(3)); they stay open as long as we run.</summary>
public static class PassedDescriptors
{
    /// <summary>The first of them.</summary>
    private const int First = 3;

    /// <summary>More than any manager passes.</summary>
    private const int Most = 1024;

    /// <summary>The descriptor of a name. Our children do not get it by accident from now on.</summary>
    /// <param name="name">As in <c>$LISTEN_FDNAMES</c>.</param>
    /// <param name="environment">Reads one environment variable.</param>
    /// <returns>A handle whose disposal leaves it open, or null when there is none of that name, or it is not for this process.</returns>
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
