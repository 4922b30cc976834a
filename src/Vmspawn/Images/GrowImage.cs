using Microsoft.Win32.SafeHandles;
using Vmspawn.Options;

namespace Vmspawn.Images;

/// <summary><c>--grow-image=</c>: a raw image file is made longer before the start, never shorter.</summary>
internal static class GrowImage
{
    private const long Granularity = 4096;

    /// <summary>The length to grow to, null when nothing is to be done or, with a problem, when it cannot be.</summary>
    /// <param name="image">The image as it is.</param>
    /// <param name="wish">The wished length in bytes, 0 or more; rounded up to 4096.</param>
    /// <param name="problems">Receives the reason.</param>
    public static long? Target(ImageFacts image, long wish, List<Problem> problems)
    {
        if (Refusal(image, wish) is { } reason)
        {
            problems.Add(new Problem("grow-image", $"--grow-image={wish}", $"cannot grow {image.Path}: {reason}"));
            return null;
        }

        var target = (wish + Granularity - 1) / Granularity * Granularity;
        return target > image.FileSize ? target : null;
    }

    /// <summary>Makes the file that long, sparse; leaves a longer one alone.</summary>
    /// <exception cref="IOException">No space, or beyond what the file system can hold.</exception>
    public static void Apply(SafeFileHandle image, long target)
    {
        if (RandomAccess.GetLength(image) < target)
            RandomAccess.SetLength(image, target);
    }

    private static string? Refusal(ImageFacts image, long wish)
    {
        if (image.Format != ImageFormat.Raw)
            return "only a raw image can be grown";
        if (image.IsBlockDevice)
            return "it is a block device, which has the size it has";
        return wish > long.MaxValue - Granularity ? "that size is beyond what a file can have" : null;
    }
}
