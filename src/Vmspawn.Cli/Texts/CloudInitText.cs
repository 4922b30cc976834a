using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary>The value of <c>--cloud-init</c>.</summary>
internal static class CloudInitText
{
    /// <summary>The value of the option without an argument.</summary>
    public const string Bare = "yes";

    /// <summary>Parses a path or a boolean; an empty value is no.</summary>
    public static Parsed<CloudInitRequest?> Parse(string text)
    {
        if (text.Length == 0)
            return (CloudInitRequest?)null;
        if (BoolText.Match(text) is { } wanted)
            return wanted ? new CloudInitRequest(null) : (CloudInitRequest?)null;
        return PathText.Parse(text) is { Mistake: { } mistake } ? mistake : new CloudInitRequest(text);
    }
}
