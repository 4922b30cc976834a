namespace Vmspawn.Options;

/// <summary>Where a device's state is kept between runs.</summary>
/// <param name="IsKept">Whether the state is kept after the VM ends.</param>
/// <param name="Path">The path, or null for beside the image.</param>
public readonly record struct StatePlace(bool IsKept, string? Path)
{
    /// <summary>Beside the image, if the VM is not ephemeral.</summary>
    public static StatePlace Auto => new(true, null);

    /// <summary>Discarded at the VM's end.</summary>
    public static StatePlace Off => new(false, null);
}

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
