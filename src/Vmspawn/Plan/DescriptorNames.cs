using System.Globalization;
using System.Text.RegularExpressions;

namespace Vmspawn.Plan;

/// <summary>Puts the names of files in the place of descriptors' numbers in what QEMU says: the user knows the image, not its number.</summary>
internal static partial class DescriptorNames
{
    /// <summary>The text with every <c>/dev/fdset/N</c> and <c>/proc/self/fd/N</c> of the plan replaced by what is behind it.</summary>
    /// <param name="text">What QEMU said.</param>
    /// <param name="descriptors">QEMU's descriptors by the plan.</param>
    public static string Explain(string text, IReadOnlyList<DescriptorPlan> descriptors) => Paths().Replace(text, match =>
        int.TryParse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && descriptors.FirstOrDefault(descriptor => descriptor.Number == number) is { } descriptor
            ? descriptor.Subject
            : match.Value);

    // A set has the number of the one descriptor in it.
    [GeneratedRegex("(/dev/fdset|/proc/self/fd)/(?<number>[0-9]+)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Paths();
}
