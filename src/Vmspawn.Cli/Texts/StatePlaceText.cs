using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary><c>auto</c>, <c>off</c>, or a path that cannot be mistaken for a word.</summary>
internal static class StatePlaceText
{
    /// <summary>Parses the value; an empty one is <c>auto</c>.</summary>
    public static Parsed<StatePlace> Parse(string text) => text switch
    {
        "" or "auto" => StatePlace.Auto,
        "off" => StatePlace.Off,
        _ when !StartsLikePath(text) => new Mistake("state-place", "this is neither auto, off nor a path", "begin a path with / or ./"),
        _ => PathText.Parse(text) is { Mistake: { } mistake } ? mistake : new StatePlace(true, text),
    };

    private static bool StartsLikePath(string text) =>
        text.StartsWith('/') || text.StartsWith("./", StringComparison.Ordinal) || text.StartsWith("../", StringComparison.Ordinal);
}
