using Vmspawn.Host;
using System.Runtime.InteropServices;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>Opens the memory of a snapshot for QEMU.</summary>
internal static class MemoryReader
{
    /// <summary>The file, or the end of a pipe into which zstd(1) decompresses it.</summary>
    /// <param name="memory">The file.</param>
    /// <param name="held">Receives the decompressor.</param>
    /// <exception cref="IOException">It cannot be opened, or was replaced.</exception>
    public static SafeHandle Open(FrozenMemory memory, UndoStack held)
    {
        var file = SameFile.Open(memory.Path, writable: false, memory.Identity);
        if (memory.Zstd is not { } zstd)
            return file;
        using (file)
        using (var data = Pipe.Create())
        {
            // QEMU reports a stream that ends too early, so the exit status of the program is of no use.
            held.Add("end the decompression of the memory", ChildProcess.Start(new ChildSpec(zstd, ["-d", "-c", "-q"]) { StandardInput = file, StandardOutput = data.WriteEnd }));
            return OpenFile.Duplicate(data.ReadEnd);
        }
    }
}
