using System.Globalization;
using Vmspawn.Options;

namespace Vmspawn.Cli.Control.Parse;

/// <summary>Time spans: <c>30</c> (seconds), <c>500ms</c>, <c>1.5s</c>, <c>2min</c>, <c>1h</c>.</summary>
internal static class DurationText
{
    // The longest time that a machine's server waits for its guest.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private static readonly (string Suffix, double Seconds)[] Units = [("ms", 0.001), ("min", 60), ("h", 3600), ("s", 1), ("", 1)];

    private static readonly Mistake NotATime = new("time", "this is not a time", "write it like 30, 500ms or 2min");

    /// <summary>Parses a time above zero and of at most an hour.</summary>
    public static Parsed<TimeSpan> Parse(string text)
    {
        foreach (var (suffix, unit) in Units)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal))
                continue;
            var number = text.AsSpan(0, text.Length - suffix.Length).TrimEnd(' ');
            if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) || !double.IsFinite(count))
                return NotATime;
            var seconds = count * unit;
            if (seconds > Longest.TotalSeconds)
                return NotATime with { Text = "this is longer than an hour" };
            var span = TimeSpan.FromSeconds(seconds);
            return span > TimeSpan.Zero ? span : NotATime with { Text = "this is no time at all" };
        }

        return NotATime;
    }

    /// <summary>Formats a span of whole seconds or minutes for <see cref="Parse"/>.</summary>
    public static string Of(TimeSpan span) => span.Seconds == 0 ? $"{(long)span.TotalMinutes}min" : $"{(long)span.TotalSeconds}s";
}
