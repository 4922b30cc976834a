using System.Globalization;

namespace Vmspawn.Boot;

/// <summary>The boot counter in the file name of an entry: <c>NAME+LEFT[-DONE].SUFFIX</c>.</summary>
/// <remarks>UAPI "Boot Loader Specification", "Boot counting".</remarks>
/// <param name="TriesLeft">Attempts that are left; 0 is a bad entry.</param>
/// <param name="TriesDone">Attempts that were made.</param>
internal readonly record struct BootCounter(uint TriesLeft, uint TriesDone)
{
    /// <summary>Takes the counter off a file name without its suffix; null when there is none.</summary>
    public static BootCounter? Take(ref string name)
    {
        var plus = name.LastIndexOf('+');
        if (plus <= 0)
            return null;
        var numbers = name.AsSpan(plus + 1);
        var dash = numbers.IndexOf('-');
        var done = 0u;
        if (!Number(dash < 0 ? numbers : numbers[..dash], out var left) || (dash >= 0 && !Number(numbers[(dash + 1)..], out done)))
            return null;
        name = name[..plus];
        return new BootCounter(left, done);
    }

    private static bool Number(ReadOnlySpan<char> text, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
