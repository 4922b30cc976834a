using System.Runtime.InteropServices;
using System.Text;

namespace Vmspawn.Linux;

/// <summary>Writes the arguments of a call in order; types are D-Bus type codes.</summary>
public sealed class BusArguments
{
    private readonly BusMessageHandle _message;

    internal BusArguments(BusMessageHandle message) => _message = message;

    /// <summary>A string (<c>s</c>).</summary>
    public unsafe BusArguments String(string value)
    {
        var text = Encoding.UTF8.GetBytes(value + "\0");
        fixed (byte* first = text)
            return Check(LibSystemd.Append(_message, (byte)'s', first));
    }

    /// <summary>A boolean (<c>b</c>).</summary>
    public unsafe BusArguments Bool(bool value)
    {
        var number = value ? 1 : 0;
        return Check(LibSystemd.Append(_message, (byte)'b', &number));
    }

    /// <summary>An unsigned 32-bit integer (<c>u</c>).</summary>
    public unsafe BusArguments UInt32(uint value) => Check(LibSystemd.Append(_message, (byte)'u', &value));

    /// <summary>An unsigned 64-bit integer (<c>t</c>).</summary>
    public unsafe BusArguments UInt64(ulong value) => Check(LibSystemd.Append(_message, (byte)'t', &value));

    /// <summary>An array of bytes (<c>ay</c>).</summary>
    public unsafe BusArguments Bytes(ReadOnlySpan<byte> value)
    {
        fixed (byte* first = value)
            return Check(LibSystemd.AppendArray(_message, (byte)'y', first, (nuint)value.Length));
    }

    /// <summary>An array; each item is written by the callback.</summary>
    /// <param name="type">The type of an item, such as <c>(sv)</c>.</param>
    /// <param name="items">Writes all of them.</param>
    public BusArguments Array(string type, Action<BusArguments> items) => Within('a', type, items);

    /// <summary>A struct.</summary>
    /// <param name="types">The types of its members, such as <c>sv</c>.</param>
    /// <param name="members">Writes them.</param>
    public BusArguments Struct(string types, Action<BusArguments> members) => Within('r', types, members);

    /// <summary>A value with its type.</summary>
    public BusArguments Variant(string type, Action<BusArguments> value) => Within('v', type, value);

    private BusArguments Within(char container, string contents, Action<BusArguments> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        Check(LibSystemd.OpenContainer(_message, (byte)container, contents));
        write(this);
        return Check(LibSystemd.CloseContainer(_message));
    }

    private BusArguments Check(int result) => result >= 0
        ? this
        : throw new BusException("message", $"sd_bus_message_append: {Marshal.GetPInvokeErrorMessage(-result)}");
}
