using Microsoft.Win32.SafeHandles;
using Vmspawn.Options;

namespace Vmspawn.Images;

/// <summary><c>--grow-image=</c>: extends a raw image file before the start; never shrinks it.</summary>
internal static class GrowImage
{
    private const long Granularity = 4096;

    /// <summary>The new length; null when the image is long enough or, with a problem, cannot be grown.</summary>
    /// <param name="image">The image's current state.</param>
    /// <param name="request">The requested length in bytes, 0 or more; rounded up to 4096.</param>
    /// <param name="problems">Receives the reason.</param>
    public static long? Target(ImageFacts image, long request, List<Problem> problems)
    {
        if (Refusal(image, request) is { } reason)
        {
            problems.Add(new Problem("grow-image", $"--grow-image={request}", $"cannot grow {image.Path}: {reason}"));
            return null;
        }

        var target = (request + Granularity - 1) / Granularity * Granularity;
        return target > image.FileSize ? target : null;
    }

    /// <summary>Extends the file to this length, sparse; does nothing when it is longer.</summary>
    /// <exception cref="IOException">No space, or the file system's size limit is exceeded.</exception>
    public static void Apply(SafeFileHandle image, long target)
    {
        if (RandomAccess.GetLength(image) < target)
            RandomAccess.SetLength(image, target);
    }

    private static string? Refusal(ImageFacts image, long request)
    {
        if (image.Format != ImageFormat.Raw)
            return "only a raw image can be grown";
        if (image.IsBlockDevice)
            return "it is a block device, which has the size it has";
        return request > long.MaxValue - Granularity ? "that size is beyond what a file can have" : null;
    }
}
