namespace Vmspawn.Options;

/// <summary>Sizes in bytes as systemd writes them: <c>512M</c>, <c>1.5G</c>, <c>1G 512M</c>; suffixes to the base of 1024.</summary>
/// <remarks>The rules are those of systemd's parse_size: terms with falling suffixes are added, a fraction is cut to whole
/// bytes, and what a file offset cannot hold is refused. Ours is exact where theirs rounds through a double.</remarks>
internal static class SizeText
{
    private const string Suffixes = "EPTGMKB";

    // More digits than these cannot move a result of at most 2^60 by a byte.
    private const int FractionDigits = 18;

    private static readonly Mistake NotASize = new("size", "this is not a size", "write it like 512M, 2G or 1.5G");

    private static readonly Mistake TooLarge = new("size-overflow", "this is more than 8 EiB", "the largest size is 8E less one byte");

    /// <summary>Reads a size of 0 to 2^63 - 1 bytes.</summary>
    public static Parsed<long> Parse(string text)
    {
        var rest = text.AsSpan().TrimStart(' ');
        var firstSuffix = 0;
        UInt128 total = 0;
        do
        {
            if (TakeTerm(ref rest, ref firstSuffix) is not { } term)
                return Explain(text);
            total += term;
            if (total > long.MaxValue)
                return TooLarge;
            rest = rest.TrimStart(' ');
        }
        while (rest.Length > 0);
        return (long)total;
    }

    // One number with its suffix; the suffix of the next must be a smaller one.
    private static UInt128? TakeTerm(scoped ref ReadOnlySpan<char> rest, ref int firstSuffix)
    {
        if (rest.Length == 0 || !char.IsAsciiDigit(rest[0]))
            return null;
        var whole = TakeDigits(ref rest, int.MaxValue, out _);
        UInt128 fraction = 0;
        var digits = 0;
        if (rest.Length > 0 && rest[0] == '.')
        {
            rest = rest[1..];
            fraction = TakeDigits(ref rest, FractionDigits, out digits);
        }

        rest = rest.TrimStart(' ');
        var suffix = rest.Length == 0 ? 'B' : rest[0];
        var index = Suffixes.IndexOf(suffix, firstSuffix);
        if (index < 0)
            return null;
        if (rest.Length > 0)
            rest = rest[1..];
        firstSuffix = index + 1;
        var shift = 10 * (Suffixes.Length - 1 - index);
        return (whole << shift) + ((fraction << shift) / PowerOfTen(digits));
    }

    // Stays far below where a shift by 60 bits would lose any: what is beyond a size anyway is held at 2^64.
    private static UInt128 TakeDigits(scoped ref ReadOnlySpan<char> rest, int counted, out int digits)
    {
        UInt128 value = 0;
        var length = 0;
        for (digits = 0; length < rest.Length && char.IsAsciiDigit(rest[length]); length++)
        {
            if (length >= counted)
                continue;
            value = UInt128.Min((value * 10) + (uint)(rest[length] - '0'), UInt128.One << 64);
            digits++;
        }

        rest = rest[length..];
        return value;
    }

    private static UInt128 PowerOfTen(int exponent)
    {
        UInt128 power = 1;
        for (; exponent > 0; exponent--)
            power *= 10;
        return power;
    }

    private static Mistake Explain(string text)
    {
        if (text.StartsWith('-'))
            return NotASize with { Text = "a size cannot be negative" };
        var last = text.Length > 0 ? text[^1] : ' ';
        return char.IsAsciiLetterLower(last) && Suffixes.Contains(char.ToUpperInvariant(last))
            ? NotASize with { Hint = $"suffixes are capital letters: {text[..^1]}{char.ToUpperInvariant(last)}" }
            : NotASize;
    }
}
