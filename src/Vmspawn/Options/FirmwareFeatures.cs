namespace Vmspawn.Options;

/// <summary>Which features of its descriptor firmware must have, and must not have.</summary>
/// <param name="Required">Names such as <c>secure-boot</c>; a name in both lists counts as required.</param>
/// <param name="Excluded">Names.</param>
public sealed record FirmwareFeatures(IReadOnlyList<string> Required, IReadOnlyList<string> Excluded)
{
    /// <summary>QEMU's name for firmware that implements Secure Boot.</summary>
    public const string SecureBoot = "secure-boot";

    /// <summary>QEMU's name for a variable template with keys in it, by which Secure Boot is on from the first boot.</summary>
    public const string EnrolledKeys = "enrolled-keys";

    /// <summary>No wish at all.</summary>
    public static FirmwareFeatures Any { get; } = new([], []);

    /// <summary>Without enrolled keys, so that unsigned images boot.</summary>
    public static FirmwareFeatures Default { get; } = new([], [EnrolledKeys]);

    /// <summary>Whether firmware with these features will do.</summary>
    public bool Admit(IReadOnlyCollection<string> features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return Required.All(features.Contains) && !Excluded.Except(Required).Any(features.Contains);
    }

    /// <summary>With more wishes of the same kinds.</summary>
    public FirmwareFeatures And(FirmwareFeatures more)
    {
        ArgumentNullException.ThrowIfNull(more);
        return new([.. Required.Union(more.Required)], [.. Excluded.Union(more.Excluded)]);
    }

    /// <summary>With one feature insisted on, refused, or left open.</summary>
    public FirmwareFeatures With(string feature, Tristate wish) => new(
        [.. Required.Where(name => name != feature), .. wish == Tristate.Yes ? [feature] : Array.Empty<string>()],
        [.. Excluded.Where(name => name != feature), .. wish == Tristate.No ? [feature] : Array.Empty<string>()]);

    /// <summary>As <c>--firmware-features=</c> takes it.</summary>
    public override string ToString() => string.Join(',', Required.Concat(Excluded.Except(Required).Select(name => $"~{name}")));
}

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
