using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>A terminal's size in characters; 0 by 0 when unknown.</summary>
/// <param name="Rows">Lines, 0 to 65535.</param>
/// <param name="Columns">Characters per line, 0 to 65535.</param>
public readonly record struct WindowSize(ushort Rows, ushort Columns)
{
    /// <summary>Reads a terminal's size.</summary>
    /// <returns>Null when it is not a terminal.</returns>
    public static unsafe WindowSize? Of(SafeHandle terminal)
    {
        // struct winsize: rows, columns, and an unused size in pixels (ioctl_tty(2))
        var size = stackalloc ushort[4];
        return Libc.Control(terminal, Libc.TIOCGWINSZ, size) == 0 ? new WindowSize(size[0], size[1]) : null;
    }

    /// <summary>Sets a terminal's size; its foreground processes get SIGWINCH.</summary>
    /// <exception cref="LinuxException">It is not a terminal, or hung up.</exception>
    public unsafe void ApplyTo(SafeHandle terminal)
    {
        var size = stackalloc ushort[4] { Rows, Columns, 0, 0 };
        if (Libc.Control(terminal, Libc.TIOCSWINSZ, size) != 0)
            throw LinuxException.Last("ioctl(TIOCSWINSZ)");
    }
}
