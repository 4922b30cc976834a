using Vmspawn.Linux;

namespace Vmspawn.Notify;

/// <summary>Receives messages as lines of a stream, which a guest writes to its virtio port.</summary>
internal static class NotifyLines
{
    /// <summary>A pause after each read, which limits the processor time that a flood of messages can cost.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Reads until the stream's end or until it is stopped.</summary>
    public static async Task ReadAsync(UnixConnection stream, Action<NotifyMessage> received, CancellationToken stop)
    {
        using var none = new DescriptorQueue(0);
        var buffer = new byte[NotifyMessage.LargestSize];
        var kept = 0;
        try
        {
            while (await stream.ReceiveAsync(buffer.AsMemory(kept), none, stop).ConfigureAwait(false) is > 0 and var count)
            {
                kept += count;
                var lines = buffer.AsSpan(0, kept).LastIndexOf((byte)'\n') + 1;
                if (lines > 0)
                    received(NotifyMessage.Parse(buffer.AsSpan(0, lines - 1)));
                // A line that fills the buffer is dropped, up to its end.
                buffer.AsSpan(lines, kept - lines).CopyTo(buffer);
                kept = kept - lines == buffer.Length ? 0 : kept - lines;
                await Task.Delay(Pause, stop).ConfigureAwait(false);
            }
        }
        catch (LinuxException)
        {
            // QEMU has ended.
        }
    }
}
