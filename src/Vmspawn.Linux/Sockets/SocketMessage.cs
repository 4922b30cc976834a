using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>One non-blocking recvmsg or sendmsg with descriptors (unix(7), cmsg(3)).</summary>
internal static unsafe class SocketMessage
{
    private static readonly int HeaderSize = Unsafe.SizeOf<Libc.ControlHeader>();

    /// <returns>The bytes received, or -1 with <see cref="Libc.LastError"/> set.</returns>
    public static int Receive(SafeHandle socket, Span<byte> buffer, DescriptorQueue received)
    {
        // Room for the kernel's maximum, so that only a full descriptor table truncates the message.
        Span<byte> control = stackalloc byte[HeaderSize + (Libc.SCM_MAX_FD * sizeof(int)) + 4];
        fixed (byte* data = buffer, controlStart = control)
        {
            Libc.IoVector vector = new() { Base = data, Length = (nuint)buffer.Length };
            Libc.MessageHeader message = new()
            {
                Vectors = &vector,
                VectorCount = 1,
                Control = controlStart,
                ControlLength = (nuint)control.Length,
            };
            var count = (int)Libc.ReceiveMessage(socket, &message, Libc.MSG_DONTWAIT | Libc.MSG_CMSG_CLOEXEC);
            if (count < 0)
                return -1;
            var kept = TakeDescriptors(control[..(int)message.ControlLength], received);
            if ((message.Flags & Libc.MSG_CTRUNC) != 0)
                throw new LinuxException("recvmsg", "descriptors of a message were lost", Errno.EMFILE);
            if (!kept)
                throw new LinuxException("recvmsg", "more descriptors than expected", Errno.EMSGSIZE);
            return count;
        }
    }

    /// <returns>The bytes sent, or -1 with <see cref="Libc.LastError"/> set.</returns>
    public static int Send(SafeHandle socket, ReadOnlySpan<byte> buffer, ReadOnlySpan<int> descriptors)
    {
        var payload = descriptors.Length * sizeof(int);
        Span<byte> control = stackalloc byte[HeaderSize + (Libc.SCM_MAX_FD * sizeof(int)) + 4];
        control.Clear();
        Libc.ControlHeader header = new()
        {
            Length = (nuint)(HeaderSize + payload),
            Level = Libc.SOL_SOCKET,
            Type = Libc.SCM_RIGHTS,
        };
        MemoryMarshal.Write(control, in header);
        MemoryMarshal.AsBytes(descriptors).CopyTo(control[HeaderSize..]);
        fixed (byte* data = buffer, controlStart = control)
        {
            Libc.IoVector vector = new() { Base = data, Length = (nuint)buffer.Length };
            Libc.MessageHeader message = new() { Vectors = &vector, VectorCount = 1 };
            if (payload != 0)
            {
                message.Control = controlStart;
                message.ControlLength = (nuint)Align(HeaderSize + payload);
            }
            return (int)Libc.SendMessage(socket, &message, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
        }
    }

    // Every descriptor gets an owner before anything can throw.
    private static bool TakeDescriptors(ReadOnlySpan<byte> control, DescriptorQueue received)
    {
        var kept = true;
        while (control.Length >= HeaderSize)
        {
            var header = MemoryMarshal.Read<Libc.ControlHeader>(control);
            var length = (int)header.Length;
            if (length < HeaderSize || length > control.Length)
                break;
            if (header is { Level: Libc.SOL_SOCKET, Type: Libc.SCM_RIGHTS })
            {
                foreach (var number in MemoryMarshal.Cast<byte, int>(control[HeaderSize..length]))
                    kept &= received.TryAdd(new SafeFileHandle(number, ownsHandle: true));
            }
            control = control[Math.Min(Align(length), control.Length)..];
        }
        return kept;
    }

    private static int Align(int length) => (length + sizeof(long) - 1) & -sizeof(long);
}
