using System.Buffers;

namespace Vmspawn.Catalog;

/// <summary>Names of images in the store.</summary>
internal static class ImageName
{
    private const int Longest = 100;
    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-_");

    /// <summary>Whether a user may give it to an image.</summary>
    public static bool IsValid(string name) => IsStored(name) && char.IsAsciiLetterLower(name[0]);

    /// <summary>Whether it is the name of a file in the store.</summary>
    public static bool IsStored(string name) =>
        name.Length is > 0 and <= Longest && char.IsAsciiLetterOrDigit(name[0]) && !name.AsSpan().ContainsAnyExcept(Letters);

    /// <summary>A name for an address: that of its file, as far as it can be.</summary>
    public static string Of(Uri address)
    {
        var file = Path.GetFileName(Uri.UnescapeDataString(address.AbsolutePath)).ToLowerInvariant();
        var name = string.Concat(file.Select(letter => Letters.Contains(letter) ? letter : '-')).TrimStart('.', '-', '_');
        return name.Length == 0 ? "download" : name[..Math.Min(name.Length, Longest)];
    }
}
