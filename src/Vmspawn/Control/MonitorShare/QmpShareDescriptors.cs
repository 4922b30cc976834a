using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Control.MonitorShare;

/// <summary>
/// Keeps a program's descriptors until their command is complete. The kernel ends a read with the bytes that they came
/// with, so they belong to the command that has the last of these bytes, or the last before white space. Of several
/// lots for one command the last counts, as in QEMU.
/// </summary>
internal sealed class QmpShareDescriptors : IDisposable
{
    // What QEMU's socket takes with one message (TCP_MAX_FDS of chardev/char-socket.c).
    private const int MostAtOnce = 16;

    private readonly Queue<(long LastByte, SafeFileHandle Handle)> _waiting = new();

    /// <summary>Where a read puts what came with it.</summary>
    public DescriptorQueue Arriving { get; } = new(MostAtOnce);

    /// <summary>Takes over what came with a read.</summary>
    /// <param name="end">The position behind the last byte of the read.</param>
    public void Arrived(long end)
    {
        // All complete commands have taken theirs: what waits is an older lot of the one that is being received.
        if (Arriving.Count > 0)
            Clear();
        while (Arriving.Count > 0)
            _waiting.Enqueue((end - 1, Arriving.Take()));
    }

    /// <summary>Takes those of the command that ends, with white space behind it, before a position.</summary>
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
