using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>The numbers of handles, which are kept open until this object is disposed.</summary>
internal sealed class BorrowedDescriptors : IDisposable
{
    private readonly IReadOnlyList<SafeHandle> _handles;
    private readonly int[] _numbers;
    private int _held;

    public BorrowedDescriptors(IReadOnlyList<SafeHandle>? handles)
    {
        _handles = handles ?? [];
        _numbers = _handles.Count == 0 ? [] : new int[_handles.Count];
        try
        {
            for (; _held < _numbers.Length; _held++)
            {
                var added = false;
                _handles[_held].DangerousAddRef(ref added);
                _numbers[_held] = (int)_handles[_held].DangerousGetHandle();
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ReadOnlySpan<int> Numbers => _numbers;

    public void Dispose()
    {
        while (_held > 0)
            _handles[--_held].DangerousRelease();
    }
}
