using System.Buffers;
using System.Globalization;
using System.Text;
using Vmspawn.Options;

namespace Vmspawn.Images;

/// <summary>Names of machines: host names of at most 64 characters.</summary>
/// <remarks>
/// Labels of ASCII letters, digits and inner hyphens, separated by single dots: the rules of systemd for machine names (machinectl(1)).
/// A name never starts with a dot or contains a slash, so that it is safe as a file name.
/// </remarks>
internal static class MachineName
{
    /// <summary>Longest name: <c>HOST_NAME_MAX</c> of Linux.</summary>
    public const int MaxLength = 64;

    private const string RawSuffix = ".raw";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether a text is a valid machine name.</summary>
    public static bool IsValid(string name) => MachineNameText.Parse(name).Mistake is null;

    /// <summary>Derives the name from an image's path; null with a problem when no valid name results.</summary>
    /// <param name="imagePath">Path of the image, or of the kernel when there is no image.</param>
    /// <param name="ephemeralSuffix">For <c>-x</c>: a random number, so that several instances can run at once; null for none.</param>
    /// <param name="problems">Receives the reason.</param>
    public static string? Derive(string imagePath, ulong? ephemeralSuffix, List<Problem> problems)
    {
        var file = Path.GetFileName(Path.TrimEndingDirectorySeparator(imagePath));
        var stem = file.EndsWith(RawSuffix, StringComparison.Ordinal) ? file[..^RawSuffix.Length] : file;
        var suffix = ephemeralSuffix is { } number ? Suffix(number) : "";
        var name = Clean(stem, MaxLength - suffix.Length);
        if (name.Length > 0)
            return name + suffix;
        problems.Add(new Problem(
            "machine-name",
            imagePath,
            "no machine name can be made of this file name: a host name has letters, digits, hyphens and dots",
            "name it with -M NAME"));
        return null;
    }

    /// <summary>Whether a name is that of an ephemeral machine of an image: the image's, and a random number.</summary>
    /// <param name="name">The machine's name.</param>
    /// <param name="stem">The part that comes from the image.</param>
    public static bool IsEphemeralOf(string name, string stem) =>
        name.Length == stem.Length + Suffix(0).Length && name.StartsWith($"{stem}-", StringComparison.Ordinal) && name.AsSpan(stem.Length + 1).IndexOfAnyExcept(HexDigits) < 0;

    private static string Suffix(ulong number) => "-" + number.ToString("x16", CultureInfo.InvariantCulture);

    // Removes characters that are invalid in a host name, as systemd-vmspawn does.
    private static string Clean(string text, int maxLength)
    {
        var name = new StringBuilder(Math.Min(text.Length, maxLength));
        foreach (var c in text)
        {
            if (name.Length == maxLength)
                break;
            var previous = name.Length == 0 ? '.' : name[^1];
            var keep = c switch
            {
                '.' => previous is not ('.' or '-'),
                '-' => previous != '.',
                _ => char.IsAsciiLetterOrDigit(c),
            };
            if (keep)
                name.Append(c);
        }

        while (name.Length > 0 && name[^1] is '.' or '-')
            name.Length--;
        return name.ToString();
    }
}
