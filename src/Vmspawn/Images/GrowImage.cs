using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Images;

/// <summary><c>--grow-image=</c>: a raw image file is made longer before the start, never shorter.</summary>
internal static class GrowImage
{
    /// <summary>The length to grow to, null when nothing is to be done or, with a problem, when it cannot be.</summary>
    public static long? Target(ImageFacts image, long wish, List<Problem> problems) => throw new NotImplementedException();

    /// <summary>Makes the file that long, sparse; leaves a longer one alone.</summary>
    public static void Apply(SafeFileHandle image, long target) => throw new NotImplementedException();
}
