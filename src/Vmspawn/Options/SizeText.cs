namespace Vmspawn.Options;

/// <summary>Sizes in bytes as systemd writes them: <c>512M</c>, <c>1.5G</c>, <c>1G 512M</c>; suffixes are powers of 1024.</summary>
/// <remarks>The rules of systemd's parse_size: terms with descending suffixes are added, a fraction is truncated to whole
/// bytes, and values beyond a file offset are refused. This parser is exact where systemd's rounds through a double.</remarks>
public static class SizeText
{
    private const string Suffixes = "EPTGMKB";

    // Further digits cannot change a result of at most 2^60 by a byte.
    private const int FractionDigits = 18;

    private static readonly Mistake NotASize = new("size", "this is not a size", "write it like 512M, 2G or 1.5G");

    private static readonly Mistake TooLarge = new("size-overflow", "this is more than 8 EiB", "the largest size is 8E less one byte");

    /// <summary>Parses a size from 0 to 2^63 - 1 bytes.</summary>
    /// <param name="text">The text.</param>
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

    // Saturates at 2^64, which is invalid as a size anyway, so that a later shift by 60 bits cannot overflow.
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
