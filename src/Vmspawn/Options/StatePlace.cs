namespace Vmspawn.Options;

/// <summary>Where what a device remembers is kept between runs.</summary>
/// <param name="IsKept">Whether it outlives the VM at all.</param>
/// <param name="Path">Where, or null for beside the image.</param>
public readonly record struct StatePlace(bool IsKept, string? Path)
{
    /// <summary>Beside the image, for a VM that keeps what is written to it.</summary>
    public static StatePlace Auto => new(true, null);

    /// <summary>Forgotten with the VM.</summary>
    public static StatePlace Off => new(false, null);
}

/// <summary><c>auto</c>, <c>off</c>, or a path that cannot be taken for a word.</summary>
internal static class StatePlaceText
{
    /// <summary>Reads one of them; nothing at all is <c>auto</c>.</summary>
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
