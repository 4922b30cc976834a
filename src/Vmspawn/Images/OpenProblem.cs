using System.Runtime.InteropServices;
using Vmspawn.Linux;

namespace Vmspawn.Images;

/// <summary>Says why a file that the user named cannot be opened.</summary>
internal static class OpenProblem
{
    /// <summary>The problem of a failed open(2).</summary>
    /// <param name="kind">The word for the file in the problem's code: <c>image</c>, <c>kernel</c>, <c>initrd</c>.</param>
    /// <param name="subject">What the problem is about.</param>
    /// <param name="error">What open(2) said.</param>
    public static Problem For(string kind, string subject, LinuxException error) => error.Errno switch
    {
        Errno.ENOENT or Errno.ENOTDIR => new Problem($"{kind}-missing", subject, "there is no such file"),
        Errno.EACCES or Errno.EPERM => new Problem($"{kind}-unreadable", subject, "this user may not read it"),
        Errno.ENXIO => new Problem($"{kind}-kind", subject, "it is a socket or a device without a driver, not a file"),
        _ => new Problem($"{kind}-unreadable", subject, $"it cannot be opened: {error.Text()}"),
    };

    /// <summary>The words of strerror(3) alone.</summary>
    public static string Text(this LinuxException error) => Marshal.GetPInvokeErrorMessage((int)error.Errno);
}
