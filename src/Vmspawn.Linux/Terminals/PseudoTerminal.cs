using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>
/// A pair of terminals (pty(7)): ours, and one that a child is given, in raw mode. When every open of the child's side
/// is closed, reading ours fails with EIO after the last byte: so dispose <see cref="Slave"/> once the child has it.
/// </summary>
public sealed class PseudoTerminal : IDisposable
{
    private PseudoTerminal(SafeFileHandle master, SafeFileHandle slave, string path)
    {
        Master = master;
        Slave = slave;
        Path = path;
    }

    /// <summary>Our side, non-blocking.</summary>
    public SafeFileHandle Master { get; }

    /// <summary>The child's side, blocking.</summary>
    public SafeFileHandle Slave { get; }

    /// <summary>The child's side by name, such as <c>/dev/pts/3</c>.</summary>
    public string Path { get; }

    /// <summary>The size that the child sees.</summary>
    /// <exception cref="LinuxException">The pair is hung up.</exception>
    public WindowSize Size
    {
        get => WindowSize.Of(Master) ?? throw LinuxException.Last("ioctl(TIOCGWINSZ)");
        set => value.ApplyTo(Master);
    }

    /// <summary>Creates a pair.</summary>
    /// <exception cref="LinuxException">No pseudo-terminals are left (ENOSPC), or /dev/pts is not mounted.</exception>
    public static PseudoTerminal Create()
    {
        var flags = Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_CLOEXEC;
        var master = Libc.OpenPseudoTerminal(flags | Libc.O_NONBLOCK);
        if (master.IsInvalid)
            throw LinuxException.Last("posix_openpt");
        SafeFileHandle? slave = null;
        try
        {
            if (Libc.UnlockPseudoTerminal(master) != 0)
                throw LinuxException.Last("unlockpt");
            // Through the master, since another mount of devpts may lie over ours.
            var number = Libc.Control(master, Libc.TIOCGPTPEER, flags);
            if (number < 0)
                throw LinuxException.Last("ioctl(TIOCGPTPEER)");
            slave = new SafeFileHandle(number, ownsHandle: true);
            TerminalAttributes.Of(slave).MadeRaw().ApplyTo(slave);
            return new PseudoTerminal(master, slave, NameOf(master));
        }
        catch
        {
            slave?.Dispose();
            master.Dispose();
            throw;
        }
    }

    /// <summary>Closes both sides.</summary>
    public void Dispose()
    {
        Slave.Dispose();
        Master.Dispose();
    }

    private static unsafe string NameOf(SafeFileHandle master)
    {
        var name = stackalloc byte[64];
        var error = Libc.PseudoTerminalName(master, name, 64);
        if (error != 0)
            throw new LinuxException("ptsname_r", null, (Errno)error);
        return Marshal.PtrToStringUTF8((nint)name)!;
    }
}
