namespace Vmspawn.Options;

/// <summary><c>--firmware-features=FEATURE,~FEATURE…</c>.</summary>
internal static class FirmwareFeaturesText
{
    /// <summary>The word that asks which features there are.</summary>
    public const string List = "list";

    /// <summary>Reads names to require, and to exclude behind a <c>~</c>; null for nothing at all, which takes earlier ones back.</summary>
    public static Parsed<FirmwareFeatures?> Parse(string text)
    {
        if (text.Length == 0)
            return (FirmwareFeatures?)null;
        if (text == List)
            return FirmwareFeatures.Any;
        var required = new List<string>();
        var excluded = new List<string>();
        foreach (var word in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var isExcluded = word[0] == '~';
            var name = isExcluded ? word[1..] : word;
            if (!IsName(name))
                return new Mistake("firmware-feature", $"'{word}' is no feature's name", "write it like secure-boot or ~enrolled-keys");
            (isExcluded ? excluded : required).Add(name);
        }

        return new FirmwareFeatures(required, excluded);
    }

    // Names are words of QEMU's interop schema; which of them there are is for the installed firmware to say.
    private static bool IsName(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
