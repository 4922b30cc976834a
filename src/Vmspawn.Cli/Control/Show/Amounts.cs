namespace Vmspawn.Cli.Control.Show;

/// <summary>Formats sizes and times for users.</summary>
internal static class Amounts
{
    private const string Suffixes = "KMGTPE";

    /// <summary>Bytes as <c>2G</c>, <c>1.5G</c>, <c>512M</c>: in powers of 1024, rounded to a tenth.</summary>
    public static string Size(long bytes)
    {
        if (bytes < 1024)
            return $"{bytes}B";
        double value = bytes;
        var unit = -1;
        // A value that would be rounded up to 1024 is shown in the next unit.
        while (value >= 1023.95 && unit + 1 < Suffixes.Length)
        {
            value /= 1024;
            unit++;
        }

        return $"{value:0.#}{Suffixes[unit]}";
    }

    /// <summary>A time span by its two largest units, such as <c>3d 4h</c>, <c>2h 5min</c>, <c>7s</c>; never below 0.</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => "0s",
        { TotalMinutes: < 1 } => $"{span.Seconds}s",
        { TotalHours: < 1 } => Two(span.Minutes, "min", span.Seconds, "s"),
        { TotalDays: < 1 } => Two(span.Hours, "h", span.Minutes, "min"),
        _ => Two(span.Days, "d", span.Hours, "h"),
    };

    private static string Two(int large, string largeUnit, int small, string smallUnit) =>
        small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit} {small}{smallUnit}";
}
