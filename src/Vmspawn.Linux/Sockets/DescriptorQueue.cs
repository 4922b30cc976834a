using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>
/// Owns the descriptors received with messages, oldest first, until they are taken. The rest is closed
/// on disposal. Not thread-safe.
/// </summary>
public sealed class DescriptorQueue : IDisposable
{
    private readonly Queue<SafeFileHandle> _handles = new();
    private bool _disposed;

    /// <summary>Creates an empty queue.</summary>
    /// <param name="capacity">The maximum number, 0 or more; a peer that sends more is refused.</param>
    public DescriptorQueue(int capacity = 16)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        Capacity = capacity;
    }

    /// <summary>The maximum number of descriptors.</summary>
    public int Capacity { get; }

    /// <summary>The number of descriptors.</summary>
    public int Count => _handles.Count;

    /// <summary>Removes the oldest descriptor; the caller owns it.</summary>
    /// <exception cref="InvalidOperationException">The queue is empty.</exception>
    public SafeFileHandle Take()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _handles.Dequeue();
    }

    /// <summary>Takes ownership of a descriptor; closes it when there is no room.</summary>
    /// <returns>Whether there was room.</returns>
    public bool TryAdd(SafeFileHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        if (_disposed || _handles.Count >= Capacity)
        {
            handle.Dispose();
            return false;
        }
        _handles.Enqueue(handle);
        return true;
    }

    /// <summary>Closes all descriptors; the queue stays usable.</summary>
    public void Clear()
    {
        while (_handles.TryDequeue(out var handle))
            handle.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        Clear();
    }
}
