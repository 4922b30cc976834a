using System.Buffers;

namespace Vmspawn.Consoles;

/// <summary>
/// Keeps a background colour while the guest writes: after each of its sequences that takes the background back to the
/// default, ours is set again. Nothing else is added, least of all erasures: the terminal itself fills new lines with
/// the current background, and full-screen programs move over what they have drawn.
/// </summary>
internal sealed class Background
{
    private readonly byte[] _set;
    private readonly SgrScanner _scanner = new();

    public Background(string parameters) => _set = [0x1b, (byte)'[', .. System.Text.Encoding.ASCII.GetBytes(parameters), (byte)'m'];

    /// <summary>What is written first.</summary>
    public ReadOnlyMemory<byte> Begin => _set;

    /// <summary>What is written last: all attributes off, and the rest of the line as it was.</summary>
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
