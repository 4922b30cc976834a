using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>The values of a message, read one after another.</summary>
public sealed class BusReply : IDisposable
{
    private readonly BusMessageHandle _message;

    internal BusReply(BusMessageHandle message) => _message = message;

    /// <summary>The next value, a string, object path or signature.</summary>
    /// <exception cref="BusException">It is of another type.</exception>
    public unsafe string ReadString()
    {
        var type = NextType();
        nint text = 0;
        Check(LibSystemd.Read(_message, type is (byte)'o' or (byte)'g' ? type : (byte)'s', &text));
        return Marshal.PtrToStringUTF8(text)!;
    }

    /// <summary>The next value, a boolean.</summary>
    /// <exception cref="BusException">It is of another type.</exception>
    public unsafe bool ReadBool()
    {
        var value = 0;
        Check(LibSystemd.Read(_message, (byte)'b', &value));
        return value != 0;
    }

    /// <summary>The next value, an unsigned 32-bit integer.</summary>
    /// <exception cref="BusException">It is of another type.</exception>
    public unsafe uint ReadUInt32()
    {
        uint value = 0;
        Check(LibSystemd.Read(_message, (byte)'u', &value));
        return value;
    }

    /// <summary>The next value, a descriptor; the caller owns it.</summary>
    /// <exception cref="BusException">It is of another type.</exception>
    public unsafe SafeFileHandle ReadDescriptor()
    {
        var number = -1;
        Check(LibSystemd.Read(_message, (byte)'h', &number));
        // The message owns this descriptor, so it is duplicated.
        using var borrowed = new SafeFileHandle(number, ownsHandle: false);
        var own = Libc.FileControl(borrowed, Libc.F_DUPFD_CLOEXEC, 0);
        return own >= 0 ? new SafeFileHandle(own, ownsHandle: true) : throw LinuxException.Last("fcntl(F_DUPFD_CLOEXEC)");
    }

    /// <summary>Releases the message.</summary>
    public void Dispose() => _message.Dispose();

    private unsafe byte NextType()
    {
        byte type = 0;
        Check(LibSystemd.PeekType(_message, &type, null));
        return type;
    }

    private static void Check(int result)
    {
        if (result <= 0)
            throw new BusException("message", result == 0 ? "it has no further value" : $"sd_bus_message_read: {Marshal.GetPInvokeErrorMessage(-result)}");
    }
}

/// <summary>A signal from the bus.</summary>
/// <param name="Interface">Its interface.</param>
/// <param name="Member">Its name.</param>
/// <param name="Values">Its values; valid until the handler returns.</param>
public readonly record struct BusSignal(string Interface, string Member, BusReply Values);
