using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary><c>--firmware-features=FEATURE,~FEATURE…</c>.</summary>
internal static class FirmwareFeaturesText
{
    /// <summary>The value that lists the available features.</summary>
    public const string List = "list";

    /// <summary>Parses names to require, or to exclude when prefixed by <c>~</c>; null for an empty value, which resets the option.</summary>
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

    // Only the syntax of QEMU's interop schema is checked: the installed firmware defines which names exist.
    private static bool IsName(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
