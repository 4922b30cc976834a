using System.Runtime.InteropServices;
using Vmspawn.Linux;

namespace Vmspawn.Images;

/// <summary>The problem for a file that cannot be opened.</summary>
internal static class OpenProblem
{
    /// <summary>The problem of a failed open(2).</summary>
    /// <param name="kind">The kind of file in the problem's code: <c>image</c>, <c>kernel</c>, <c>initrd</c>.</param>
    /// <param name="subject">The subject of the problem.</param>
    /// <param name="error">The error of open(2).</param>
    public static Problem For(string kind, string subject, LinuxException error) => error.Errno switch
    {
        Errno.ENOENT or Errno.ENOTDIR => new Problem($"{kind}-missing", subject, "there is no such file"),
        Errno.EACCES or Errno.EPERM => new Problem($"{kind}-unreadable", subject, "this user may not read it"),
        Errno.ENXIO => new Problem($"{kind}-kind", subject, "it is a socket or a device without a driver, not a file"),
        _ => new Problem($"{kind}-unreadable", subject, $"it cannot be opened: {error.Text()}"),
    };

    /// <summary>The message of strerror(3).</summary>
    public static string Text(this LinuxException error) => Marshal.GetPInvokeErrorMessage((int)error.Errno);
}
