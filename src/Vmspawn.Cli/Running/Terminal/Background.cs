using System.Buffers;

namespace Vmspawn.Cli.Running.Terminal;

/// <summary>
/// Keeps a background colour while the guest writes: after each of its sequences that resets the background to the
/// default, the colour is set again. Nothing else is added, and nothing is erased: the terminal itself fills new lines with
/// the current background, and full-screen programs move over what they have drawn.
/// </summary>
internal sealed class Background
{
    private readonly byte[] _set;
    private readonly SgrScanner _scanner = new();

    public Background(string parameters) => _set = [0x1b, (byte)'[', .. System.Text.Encoding.ASCII.GetBytes(parameters), (byte)'m'];

    /// <summary>The bytes to write first.</summary>
    public ReadOnlyMemory<byte> Begin => _set;

    /// <summary>The bytes to write last: they reset all attributes and clear the rest of the line.</summary>
    public static ReadOnlyMemory<byte> End { get; } = "\e[0m\e[K"u8.ToArray();

    /// <summary>Copies the guest's bytes and inserts the background's sequences.</summary>
    public void Apply(ReadOnlySpan<byte> source, ArrayBufferWriter<byte> target)
    {
        var start = 0;
        for (var i = 0; i < source.Length; i++)
        {
            if (!_scanner.ResetsBackground(source[i]))
                continue;
            target.Write(source[start..(i + 1)]);
            target.Write(_set);
            start = i + 1;
        }
        target.Write(source[start..]);
    }
}
