using System.Runtime.InteropServices;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Running.Terminal;

/// <summary>The last bytes to a terminal. A stopped terminal (Ctrl-S), or one whose window does not read, is skipped without blocking.</summary>
internal static class FinalWrite
{
    private static readonly TimeSpan Bound = TimeSpan.FromMilliseconds(500);

    /// <summary>Writes within a time limit; the rest is left to a thread that ends with the process.</summary>
    public static async Task TryAsync(SafeHandle terminal, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        try
        {
            await Task.Run(() => Write(terminal, bytes.Span)).WaitAsync(Bound);
        }
        catch (TimeoutException)
        {
            // The terminal is stopped.
        }
    }

    private static void Write(SafeHandle terminal, ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty && DescriptorIo.Write(terminal, bytes) is > 0 and var count)
                bytes = bytes[count..];
        }
        catch (Exception gone) when (gone is LinuxException or ObjectDisposedException)
        {
            // The terminal is closed.
        }
    }
}
