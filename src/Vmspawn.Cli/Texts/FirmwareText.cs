using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary>What <c>--firmware=</c> names.</summary>
/// <param name="Kind">The firmware to start, or null when the value only queries.</param>
/// <param name="Descriptor">Path of the descriptor to use, or null to choose one.</param>
internal readonly record struct FirmwareRequest(FirmwareKind? Kind, string? Descriptor);

/// <summary><c>--firmware=</c>: a word, or a path, which has a slash.</summary>
internal static class FirmwareText
{
    public const string List = "list";
    public const string Describe = "describe";

    /// <summary>The words, for help and completion.</summary>
    public static string[] Words { get; } = ["auto", "uefi", "bios", "none", List, Describe];

    public static Parsed<FirmwareRequest> Parse(string text) => text switch
    {
        "" or "auto" => new FirmwareRequest(FirmwareKind.Auto, null),
        "uefi" => new FirmwareRequest(FirmwareKind.Uefi, null),
        "bios" => new FirmwareRequest(FirmwareKind.Bios, null),
        "none" => new FirmwareRequest(FirmwareKind.None, null),
        List or Describe => default(FirmwareRequest),
        _ when text.Contains('/') => PathText.Parse(text) is { Mistake: { } mistake } ? mistake : new FirmwareRequest(FirmwareKind.Uefi, text),
        _ => new Mistake("choice", "this is none of its values", $"one of {string.Join(", ", Words)}, or a descriptor's path such as ./{text}"),
    };
}
