using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>A NULL-terminated array of UTF-8 strings in native memory, for argv and envp.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly int _count;

    public NativeStrings(IReadOnlyList<string> strings)
    {
        Pointer = (byte**)NativeMemory.AllocZeroed((nuint)strings.Count + 1, (nuint)sizeof(byte*));
        for (; _count < strings.Count; _count++)
            Pointer[_count] = (byte*)Marshal.StringToCoTaskMemUTF8(strings[_count]);
    }

    public byte** Pointer { get; private set; }

    public void Dispose()
    {
        if (Pointer is null)
            return;
        for (var i = 0; i < _count; i++)
            Marshal.FreeCoTaskMem((nint)Pointer[i]);
        NativeMemory.Free(Pointer);
        Pointer = null;
    }
}
