namespace Vmspawn.Options;

/// <summary><c>--bind-volume=</c>: a volume of a storage provider, as a disk.</summary>
/// <param name="Provider">The provider's name, such as <c>fs</c>.</param>
/// <param name="Volume">The volume's name, as the provider knows it.</param>
public sealed record VolumeRequest(string Provider, string Volume)
{
    /// <summary>How the guest sees it.</summary>
    public DiskType Type { get; init; } = DiskType.VirtioBlk;

    /// <summary>Whether it may be, or has to be, made; null leaves that to the provider, which opens or makes it.</summary>
    public VolumeCreation? Create { get; init; }

    /// <summary>What a new one is made after, or null.</summary>
    public string? Template { get; init; }

    /// <summary>Whether the guest may only read; null is for writing where that is permitted.</summary>
    public bool? ReadOnly { get; init; }

    /// <summary>Bytes of a new one, or null for the template's size.</summary>
    public long? Size { get; init; }

    /// <summary>Whether a block device or a regular file is asked for; null for whatever it is.</summary>
    public bool? AsBlockDevice { get; init; }

    /// <summary>What it is called while the machine runs.</summary>
    public string Name => $"{Provider}:{Volume}";
}

/// <summary>Whether a volume is opened or made.</summary>
public enum VolumeCreation
{
    /// <summary>Opened, or made where there is none.</summary>
    Any,

    /// <summary>Made; one that is there is an error.</summary>
    New,

    /// <summary>Opened; none is an error.</summary>
    Open,
}

/// <summary><c>PROVIDER:VOLUME[:DISKTYPE][:KEY=VALUE,…]</c>.</summary>
internal static class VolumeText
{
    private static readonly (string Word, VolumeCreation Value)[] Creations =
        [("any", VolumeCreation.Any), ("new", VolumeCreation.New), ("open", VolumeCreation.Open)];

    /// <summary>Reads a volume.</summary>
    public static Parsed<VolumeRequest> Parse(string text)
    {
        var parts = text.Split(':');
        if (parts.Length is < 2 or > 4 || parts[1].Length == 0)
            return Wrong("this names no volume");
        if (!IsProvider(parts[0]))
            return Wrong($"\"{parts[0]}\" is not the name of a provider");
        var wish = new VolumeRequest(parts[0], parts[1]);
        // A type never holds an equals sign, and settings always do.
        var settings = parts.Length == 4 ? parts[3] : parts is [_, _, var third] && third.Contains('=') ? third : "";
        var type = parts.Length == 4 || settings.Length == 0 ? parts.ElementAtOrDefault(2) ?? "" : "";
        if (type.Length > 0)
        {
            var parsed = ChoiceText.Parse(type, DiskText.Types);
            if (parsed.Mistake is { } mistake)
                return mistake;
            wish = wish with { Type = parsed.Value };
        }

        foreach (var setting in settings.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Set(wish, setting) is not { } set)
                return Wrong($"\"{setting}\" is no setting of a volume");
            wish = set;
        }

        return wish.Type.IsReadOnly() ? wish with { ReadOnly = true } : wish;
    }

    /// <summary>Whether a word looks like a volume rather than a path.</summary>
    public static bool Looks(string word) => word.IndexOf(':') is > 0 and var colon && IsProvider(word[..colon]);

    // It becomes part of a path.
    private static bool IsProvider(string name) =>
        name.Length is > 0 and <= 255 && !name.StartsWith('.') && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static VolumeRequest? Set(VolumeRequest wish, string setting)
    {
        var equals = setting.IndexOf('=');
        var value = equals < 0 ? "" : setting[(equals + 1)..];
        switch (equals < 0 ? setting : setting[..equals])
        {
            case "template":
                return wish with { Template = value };
            case "create" when ChoiceText.Parse(value, Creations) is { Mistake: null } creation:
                return wish with { Create = creation.Value };
            case "read-only" or "ro" when value == "auto":
                return wish with { ReadOnly = null };
            case "read-only" or "ro" when BoolText.Match(value) is { } readOnly:
                return wish with { ReadOnly = readOnly };
            case "size" or "create-size" when SizeText.Parse(value) is { Mistake: null } size:
                return wish with { Size = size.Value };
            case "request-as" when value is "blk" or "reg":
                return wish with { AsBlockDevice = value == "blk" };
            default:
                return null;
        }
    }

    private static Mistake Wrong(string text) =>
        new("volume", text, "write PROVIDER:VOLUME[:DISKTYPE][:KEY=VALUE,…] with create=any|new|open, size=, template=, read-only=, request-as=blk|reg");
}
