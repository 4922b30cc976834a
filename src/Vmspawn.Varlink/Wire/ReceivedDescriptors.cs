using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Varlink;

/// <summary>
/// The descriptors received with one message, which its parameters refer to by index. Those not taken are closed with
/// the message.
/// </summary>
public sealed class ReceivedDescriptors : IDisposable
{
    private readonly SafeFileHandle?[] _handles;

    internal ReceivedDescriptors(SafeFileHandle[] handles) => _handles = handles;

    internal static ReceivedDescriptors None => new([]);

    /// <summary>The number received, including those already taken.</summary>
    public int Count => _handles.Length;

    /// <summary>Transfers a descriptor to the caller. Each can be taken once.</summary>
    /// <param name="index">From 0.</param>
    /// <param name="handle">The descriptor.</param>
    /// <returns>False when the index is invalid or already taken.</returns>
    public bool TryTake(long index, [NotNullWhen(true)] out SafeFileHandle? handle)
    {
        handle = null;
        if (index < 0 || index >= _handles.Length)
            return false;
        (handle, _handles[index]) = (_handles[index], null);
        return handle is not null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var i = 0; i < _handles.Length; i++)
        {
            _handles[i]?.Dispose();
            _handles[i] = null;
        }
    }
}
