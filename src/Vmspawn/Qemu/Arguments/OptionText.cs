using System.Text;
using Vmspawn.Pcie;

namespace Vmspawn.Qemu.Arguments;

/// <summary>A value in QEMU's key=value syntax, where a comma inside a value is written twice (qemu(1), "-device").</summary>
internal sealed class OptionText(string head)
{
    private readonly StringBuilder _text = new(QemuArguments.Escape(head));

    /// <summary>Starts without a head: no comma before the first pair.</summary>
    public static OptionText Pairs() => new("");

    public OptionText With(string key, string value)
    {
        if (_text.Length > 0)
            _text.Append(',');
        _text.Append(key).Append('=').Append(QemuArguments.Escape(value));
        return this;
    }

    public OptionText With(string key, long value) =>
        With(key, value.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public OptionText With(string key, bool value) => With(key, value ? "on" : "off");

    public OptionText WithIf(bool condition, string key, string value) => condition ? With(key, value) : this;

    public override string ToString() => _text.ToString();
}
