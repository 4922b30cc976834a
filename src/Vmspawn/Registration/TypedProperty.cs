using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Registration;

/// <summary>A setting that a unit is started with, as D-Bus has it.</summary>
/// <param name="Name">D-Bus' name of it.</param>
/// <param name="Type">Its type in D-Bus' letters.</param>
/// <param name="Write">Writes the value.</param>
internal sealed record TypedProperty(string Name, string Type, Action<BusArguments> Write)
{
    private static readonly string[] Texts = ["Description", "CollectMode", "KillMode", "OOMPolicy"];

    private static readonly string[] Lists =
    [
        "After", "Before", "Wants", "Requires", "Requisite", "BindsTo", "PartOf", "Upholds", "Conflicts", "Documentation",
    ];

    private static readonly string[] Switches = ["DefaultDependencies", "SendSIGHUP", "SendSIGKILL", "Delegate"];

    private static readonly string[] Times = ["TimeoutStopSec", "RuntimeMaxSec", "RuntimeRandomizedExtraSec"];

    /// <summary>
    /// The setting when it is one that a unit can only be started with; null when <c>systemctl set-property</c> can make
    /// it, which reads every value as the systemd that runs does.
    /// </summary>
    /// <param name="property">The setting.</param>
    /// <param name="mistake">Receives what is wrong with its value.</param>
    public static TypedProperty? Of(UnitProperty property, out string? mistake)
    {
        mistake = null;
        var (name, text) = (property.Name, property.Value);
        if (Texts.Contains(name))
            return new TypedProperty(name, "s", value => value.String(text));
        if (Lists.Contains(name))
            return new TypedProperty(name, "as", value => value.Array("s", list => WriteWords(list, text)));
        if (Switches.Contains(name))
        {
            if (BoolText.Match(text) is { } on)
                return new TypedProperty(name, "b", value => value.Bool(on));
            mistake = "this is neither yes nor no";
        }
        else if (Times.Contains(name))
        {
            if (TimeSpanText.Microseconds(text) is { } time)
                return new TypedProperty($"{name[..^"Sec".Length]}USec", "t", value => value.UInt64(time));
            mistake = "this is not a time such as \"2min 30s\"";
        }

        return null;
    }

    private static void WriteWords(BusArguments list, string text)
    {
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            list.String(word);
    }
}
