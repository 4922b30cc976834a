using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary><c>PROVIDER:VOLUME[:DISKTYPE][:KEY=VALUE,…]</c>.</summary>
internal static class VolumeText
{
    private static readonly (string Word, VolumeCreation Value)[] Creations =
        [("any", VolumeCreation.Any), ("new", VolumeCreation.New), ("open", VolumeCreation.Open)];

    /// <summary>Parses a volume.</summary>
    public static Parsed<VolumeRequest> Parse(string text)
    {
        var parts = text.Split(':');
        if (parts.Length is < 2 or > 4 || parts[1].Length == 0)
            return Wrong("this names no volume");
        if (!IsProvider(parts[0]))
            return Wrong($"\"{parts[0]}\" is not the name of a provider");
        var request = new VolumeRequest(parts[0], parts[1]);
        // A disk type never contains an equals sign, settings always do.
        var settings = parts.Length == 4 ? parts[3] : parts is [_, _, var third] && third.Contains('=') ? third : "";
        var type = parts.Length == 4 || settings.Length == 0 ? parts.ElementAtOrDefault(2) ?? "" : "";
        if (type.Length > 0)
        {
            var parsed = ChoiceText.Parse(type, OptionWords.DiskTypes);
            if (parsed.Mistake is { } mistake)
                return mistake;
            request = request with { Type = parsed.Value };
        }

        foreach (var setting in settings.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Set(request, setting) is not { } set)
                return Wrong($"\"{setting}\" is no setting of a volume");
            request = set;
        }

        return request.Type.IsReadOnly() ? request with { ReadOnly = true } : request;
    }

    /// <summary>Whether a word looks like a volume rather than a path.</summary>
    public static bool Looks(string word) => word.IndexOf(':') is > 0 and var colon && IsProvider(word[..colon]);

    // The name becomes part of the socket's path.
    private static bool IsProvider(string name) =>
        name.Length is > 0 and <= 255 && !name.StartsWith('.') && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static VolumeRequest? Set(VolumeRequest request, string setting)
    {
        var equals = setting.IndexOf('=');
        var value = equals < 0 ? "" : setting[(equals + 1)..];
        switch (equals < 0 ? setting : setting[..equals])
        {
            case "template":
                return request with { Template = value };
            case "create" when ChoiceText.Parse(value, Creations) is { Mistake: null } creation:
                return request with { Create = creation.Value };
            case "read-only" or "ro" when value == "auto":
                return request with { ReadOnly = null };
            case "read-only" or "ro" when BoolText.Match(value) is { } readOnly:
                return request with { ReadOnly = readOnly };
            case "size" or "create-size" when SizeText.Parse(value) is { Mistake: null } size:
                return request with { Size = size.Value };
            case "request-as" when value is "blk" or "reg":
                return request with { AsBlockDevice = value == "blk" };
            default:
                return null;
        }
    }

    private static Mistake Wrong(string text) =>
        new("volume", text, "write PROVIDER:VOLUME[:DISKTYPE][:KEY=VALUE,…] with create=any|new|open, size=, template=, read-only=, request-as=blk|reg");
}
