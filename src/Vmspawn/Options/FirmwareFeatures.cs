namespace Vmspawn.Options;

/// <summary>The features that a firmware descriptor must have and must not have.</summary>
/// <param name="Required">Feature names such as <c>secure-boot</c>; a name in both lists is required.</param>
/// <param name="Excluded">Feature names.</param>
public sealed record FirmwareFeatures(IReadOnlyList<string> Required, IReadOnlyList<string> Excluded)
{
    /// <summary>QEMU's name for firmware that implements Secure Boot.</summary>
    public const string SecureBoot = "secure-boot";

    /// <summary>QEMU's name for a variable template with enrolled keys, which turns Secure Boot on at the first boot.</summary>
    public const string EnrolledKeys = "enrolled-keys";

    /// <summary>No requirement.</summary>
    public static FirmwareFeatures Any { get; } = new([], []);

    /// <summary>Excludes enrolled keys, so that unsigned images boot.</summary>
    public static FirmwareFeatures Default { get; } = new([], [EnrolledKeys]);

    /// <summary>Whether firmware with these features meets the requirements.</summary>
    public bool Admit(IReadOnlyCollection<string> features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return Required.All(features.Contains) && !Excluded.Except(Required).Any(features.Contains);
    }

    /// <summary>Combined with further requirements.</summary>
    public FirmwareFeatures And(FirmwareFeatures more)
    {
        ArgumentNullException.ThrowIfNull(more);
        return new([.. Required.Union(more.Required)], [.. Excluded.Union(more.Excluded)]);
    }

    /// <summary>With one feature required, excluded, or neither.</summary>
    public FirmwareFeatures With(string feature, Tristate request) => new(
        [.. Required.Where(name => name != feature), .. request == Tristate.Yes ? [feature] : Array.Empty<string>()],
        [.. Excluded.Where(name => name != feature), .. request == Tristate.No ? [feature] : Array.Empty<string>()]);

    /// <summary>As <c>--firmware-features=</c> takes it.</summary>
    public override string ToString() => string.Join(',', Required.Concat(Excluded.Except(Required).Select(name => $"~{name}")));
}
