using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>
/// Owns the descriptors that arrived with messages, oldest first, until someone takes them. What is left is closed
/// on disposal. Not for use by several threads at once.
/// </summary>
public sealed class DescriptorQueue : IDisposable
{
    private readonly Queue<SafeFileHandle> _handles = new();
    private bool _disposed;

    /// <summary>Creates an empty queue.</summary>
    /// <param name="capacity">How many it holds at most, 0 or more; a peer that sends more is refused.</param>
    public DescriptorQueue(int capacity = 16)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        Capacity = capacity;
    }

    /// <summary>How many descriptors it holds at most.</summary>
    public int Capacity { get; }

    /// <summary>How many descriptors it holds.</summary>
    public int Count => _handles.Count;

    /// <summary>Hands the oldest descriptor to the caller, who owns it from now on.</summary>
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

    /// <summary>Closes what it holds and stays usable.</summary>
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
