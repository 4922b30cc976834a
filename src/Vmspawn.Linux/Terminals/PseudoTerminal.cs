using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>
/// A pseudo-terminal pair (pty(7)): the master for this process, and the slave for a child, in raw mode. When all descriptors of the slave
/// are closed, reading the master fails with EIO after the last byte, so dispose <see cref="Slave"/> once the child has it.
/// </summary>
public sealed class PseudoTerminal : IDisposable
{
    private PseudoTerminal(SafeFileHandle master, SafeFileHandle slave, string path)
    {
        Master = master;
        Slave = slave;
        Path = path;
    }

    /// <summary>The master, non-blocking.</summary>
    public SafeFileHandle Master { get; }

    /// <summary>The slave, blocking.</summary>
    public SafeFileHandle Slave { get; }

    /// <summary>The slave's path, such as <c>/dev/pts/3</c>.</summary>
    public string Path { get; }

    /// <summary>The window size.</summary>
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
            // Through the master, because another devpts may be mounted over /dev/pts.
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
