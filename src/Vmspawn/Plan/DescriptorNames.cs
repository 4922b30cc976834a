using System.Globalization;
using System.Text.RegularExpressions;

namespace Vmspawn.Plan;

/// <summary>Replaces descriptor numbers in QEMU's messages by file names, because the user does not know the numbers.</summary>
internal static partial class DescriptorNames
{
    /// <summary>The text with every <c>/dev/fdset/N</c> and <c>/proc/self/fd/N</c> of the plan replaced by the name of its file.</summary>
    /// <param name="text">QEMU's message.</param>
    /// <param name="descriptors">QEMU's descriptors in the plan.</param>
    public static string Explain(string text, IReadOnlyList<DescriptorPlan> descriptors) => Paths().Replace(text, match =>
        int.TryParse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && descriptors.FirstOrDefault(descriptor => descriptor.Number == number) is { } descriptor
            ? descriptor.Subject
            : match.Value);

    // A set has the same number as its only descriptor.
    [GeneratedRegex("(/dev/fdset|/proc/self/fd)/(?<number>[0-9]+)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Paths();
}
