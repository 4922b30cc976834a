namespace Vmspawn.Options;

/// <summary>A seed disk for cloud-init is asked for.</summary>
/// <param name="UserData">A file of user data, a directory of files by cloud-init's names, or null for none.</param>
public sealed record CloudInitRequest(string? UserData);

/// <summary>The value of <c>--cloud-init</c>.</summary>
internal static class CloudInitText
{
    /// <summary>What the option alone means.</summary>
    public const string Bare = "yes";

    /// <summary>Reads a path, a word for yes, or a word for no, which an empty text is too.</summary>
    public static Parsed<CloudInitRequest?> Parse(string text)
    {
        if (text.Length == 0)
            return (CloudInitRequest?)null;
        if (BoolText.Match(text) is { } wanted)
            return wanted ? new CloudInitRequest(null) : (CloudInitRequest?)null;
        return PathText.Parse(text) is { Mistake: { } mistake } ? mistake : new CloudInitRequest(text);
    }
}
