using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>
/// <c>struct epoll_event</c>, which is packed on x86-64 only (epoll_event(3type)), so bytes and a stride are used
/// instead of a struct.
/// </summary>
internal static class EpollEvent
{
    private static int DataOffset => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    /// <summary>The stride of events, in bytes.</summary>
    public static int Size => DataOffset + sizeof(long);

    /// <summary>Room for one event on any architecture.</summary>
    public const int MaxSize = 16;

    public static void Write(Span<byte> target, uint events, long data)
    {
        MemoryMarshal.Write(target, in events);
        MemoryMarshal.Write(target[DataOffset..], in data);
    }

    public static (uint Events, long Data) Read(ReadOnlySpan<byte> source) =>
        (MemoryMarshal.Read<uint>(source), MemoryMarshal.Read<long>(source[DataOffset..]));
}
