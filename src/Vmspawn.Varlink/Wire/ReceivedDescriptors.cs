using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Varlink;

/// <summary>
/// The descriptors that came with one message, which its parameters name by index. What nobody takes is closed with
/// the message.
/// </summary>
public sealed class ReceivedDescriptors : IDisposable
{
    private readonly SafeFileHandle?[] _handles;

    internal ReceivedDescriptors(SafeFileHandle[] handles) => _handles = handles;

    internal static ReceivedDescriptors None => new([]);

    /// <summary>How many came, those already taken included.</summary>
    public int Count => _handles.Length;

    /// <summary>Hands a descriptor to the caller, who owns it from now on. Each can be taken once.</summary>
    /// <param name="index">From 0.</param>
    /// <param name="handle">The descriptor.</param>
    /// <returns>False when none of that index came, or it is taken already.</returns>
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
