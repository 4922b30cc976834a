using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary><c>struct termios</c>, which only the C library reads and writes (termios(3)).</summary>
internal readonly unsafe struct TerminalAttributes
{
    private readonly Bytes _bytes;

    private TerminalAttributes(Bytes bytes) => _bytes = bytes;

    public static TerminalAttributes Of(SafeHandle terminal)
    {
        Bytes bytes = default;
        return Libc.GetTerminalAttributes(terminal, (byte*)&bytes) == 0
            ? new TerminalAttributes(bytes)
            : throw LinuxException.Last("tcgetattr");
    }

    public TerminalAttributes MadeRaw()
    {
        var bytes = _bytes;
        Libc.MakeRaw((byte*)&bytes);
        return new TerminalAttributes(bytes);
    }

    public void ApplyTo(SafeHandle terminal)
    {
        var bytes = _bytes;
        if (Libc.SetTerminalAttributes(terminal, Libc.TCSANOW, (byte*)&bytes) != 0)
            throw LinuxException.Last("tcsetattr");
    }

    [InlineArray(Libc.TermiosSize)]
    private struct Bytes
    {
        private byte _first;
    }
}
