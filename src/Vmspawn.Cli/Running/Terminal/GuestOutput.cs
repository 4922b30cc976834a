using System.Buffers;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Running.Terminal;

/// <summary>
/// Writes the guest's output, until the console ends. If the output is not read any more, it continues: a guest must not block because a
/// pager was closed.
/// </summary>
/// <param name="guest">What the guest writes.</param>
/// <param name="shown">Where it goes.</param>
/// <param name="background">The colour to keep, or null.</param>
/// <param name="changes">Follows what is shown on a terminal; null elsewhere.</param>
/// <param name="failed">Receives the failure after which nothing more is written.</param>
internal sealed class GuestOutput(Stream guest, DescriptorWriter shown, Background? background, TerminalChanges? changes, Action<LinuxException> failed)
{
    private bool _hasFailed;

    /// <summary>The terminal was restored.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The bytes that restore the terminal: they undo the guest's modes and reset the background. Empty where there is nothing to undo.</summary>
    public ReadOnlyMemory<byte> End =>
        (byte[])[.. changes is null ? default : changes.Undo().Span, .. background is null ? default : Background.End.Span];

    public async Task RunAsync()
    {
        var buffer = new byte[4096];
        var coloured = new ArrayBufferWriter<byte>(background is null ? 1 : buffer.Length);
        try
        {
            if (background is not null)
                await WriteAsync(background.Begin);
            for (int count; (count = await guest.ReadAsync(buffer)) > 0;)
            {
                changes?.Follow(buffer.AsSpan(0, count));
                coloured.ResetWrittenCount();
                background?.Apply(buffer.AsSpan(0, count), coloured);
                await WriteAsync(background is null ? buffer.AsMemory(0, count) : coloured.WrittenMemory);
            }
            HasEnded = await WriteAsync(End);
        }
        catch (ObjectDisposedException)
        {
            // The forwarder was disposed before the guest's end.
        }
    }

    private async Task<bool> WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (await shown.TryWriteAsync(bytes))
            return true;
        if (!_hasFailed)
            failed(shown.Failure!);
        _hasFailed = true;
        return false;
    }
}
