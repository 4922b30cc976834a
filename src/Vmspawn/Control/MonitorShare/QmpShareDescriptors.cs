using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Control.MonitorShare;

/// <summary>
/// Keeps a program's descriptors until their command is complete. A read ends with the bytes that the descriptors were sent
/// with, so they belong to the command that contains the last of these bytes, or the last one before white space. Of several
/// sets for one command the last one is used, as in QEMU.
/// </summary>
internal sealed class QmpShareDescriptors : IDisposable
{
    // QEMU's limit for one message (TCP_MAX_FDS of chardev/char-socket.c).
    private const int MostAtOnce = 16;

    private readonly Queue<(long LastByte, SafeFileHandle Handle)> _waiting = new();

    /// <summary>Receives the descriptors of a read.</summary>
    public DescriptorQueue Arriving { get; } = new(MostAtOnce);

    /// <summary>Assigns the descriptors of a read.</summary>
    /// <param name="end">The position behind the last byte of the read.</param>
    public void Arrived(long end)
    {
        // All complete commands have taken theirs, so waiting descriptors are an older set of the command being received.
        if (Arriving.Count > 0)
            Clear();
        while (Arriving.Count > 0)
            _waiting.Enqueue((end - 1, Arriving.Take()));
    }

    /// <summary>Takes the descriptors of the command that ends before a position, including white space behind it.</summary>
    public IReadOnlyList<SafeFileHandle> Take(long end)
    {
        List<SafeFileHandle>? taken = null;
        while (_waiting.TryPeek(out var next) && next.LastByte < end)
            (taken ??= []).Add(_waiting.Dequeue().Handle);
        return taken ?? (IReadOnlyList<SafeFileHandle>)[];
    }

    public void Dispose()
    {
        Arriving.Dispose();
        Clear();
    }

    private void Clear()
    {
        while (_waiting.TryDequeue(out var waiting))
            waiting.Handle.Dispose();
    }
}
