namespace Vmspawn.Versions;

/// <summary>Compares versions, labels and file names by the UAPI "Version Format Specification".</summary>
internal static class VersionOrder
{
    // If only one side has the mark, the side without it is newer.
    private const string Marks = "-^.";

    /// <summary>Less than 0 when <paramref name="left"/> is older, 0 when neither is newer.</summary>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (true)
        {
            left = left[Skipped(left)..];
            right = right[Skipped(right)..];
            if (TakeMark('~', ref left, ref right) is not 0 and var tilde)
                return tilde;
            // A longer text is newer, unless the rest starts with '~'.
            if (left.IsEmpty || right.IsEmpty)
                return right.IsEmpty.CompareTo(left.IsEmpty);
            foreach (var mark in Marks)
            {
                if (TakeMark(mark, ref left, ref right) is not 0 and var order)
                    return order;
            }

            var isNumber = StartsWithDigit(left) || StartsWithDigit(right);
            var ours = Segment(left, isNumber);
            var theirs = Segment(right, isNumber);
            var segment = isNumber ? CompareNumbers(ours, theirs) : Math.Sign(ours.SequenceCompareTo(theirs));
            if (segment != 0)
                return segment;
            left = left[ours.Length..];
            right = right[theirs.Length..];
        }
    }

    private static int Skipped(ReadOnlySpan<char> text)
    {
        var count = 0;
        while (count < text.Length && !char.IsAsciiLetterOrDigit(text[count]) && text[count] is not ('-' or '.' or '~' or '^'))
            count++;
        return count;
    }

    private static int TakeMark(char mark, ref ReadOnlySpan<char> left, ref ReadOnlySpan<char> right)
    {
        var ours = left is [var first, ..] && first == mark;
        var theirs = right is [var second, ..] && second == mark;
        if (ours && theirs)
        {
            left = left[1..];
            right = right[1..];
        }

        return theirs.CompareTo(ours);
    }

    private static bool StartsWithDigit(ReadOnlySpan<char> text) => text is [>= '0' and <= '9', ..];

    private static ReadOnlySpan<char> Segment(ReadOnlySpan<char> text, bool isNumber)
    {
        var length = 0;
        while (length < text.Length && (isNumber ? char.IsAsciiDigit(text[length]) : char.IsAsciiLetter(text[length])))
            length++;
        return text[..length];
    }

    // A missing number is older than any number; leading zeros are ignored.
    private static int CompareNumbers(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (left.IsEmpty || right.IsEmpty)
            return right.IsEmpty.CompareTo(left.IsEmpty);
        left = left.TrimStart('0');
        right = right.TrimStart('0');
        var length = left.Length.CompareTo(right.Length);
        return length != 0 ? length : Math.Sign(left.SequenceCompareTo(right));
    }
}
