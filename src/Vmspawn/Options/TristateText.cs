namespace Vmspawn.Options;

/// <summary>Yes, no or auto; no text at all is auto, which is how mkosi passes what it leaves open.</summary>
internal static class TristateText
{
    /// <summary>Reads one of the three.</summary>
    public static Parsed<Tristate> Parse(string text)
    {
        if (text.Length == 0 || text.Equals("auto", StringComparison.OrdinalIgnoreCase))
            return Tristate.Auto;
        return BoolText.Match(text) switch
        {
            true => Tristate.Yes,
            false => Tristate.No,
            null => new Mistake("tristate", "this is neither yes, no nor auto", "say yes, no or auto"),
        };
    }
}
