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
