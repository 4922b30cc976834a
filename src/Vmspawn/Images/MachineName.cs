namespace Vmspawn.Images;

/// <summary>Names of machines: host names of at most 64 characters.</summary>
internal static class MachineName
{
    /// <summary>Longest name: <c>HOST_NAME_MAX</c> of Linux.</summary>
    public const int MaxLength = 64;

    /// <summary>Whether a text may name a machine.</summary>
    public static bool IsValid(string name) => throw new NotImplementedException();

    /// <summary>The name from an image's path, or null with a problem when none can be made.</summary>
    /// <param name="imagePath">Path of the image, or of the kernel when there is no image.</param>
    /// <param name="ephemeralSuffix">For <c>-x</c>: a random number that lets many run at once; null for none.</param>
    /// <param name="problems">Receives the reason.</param>
    public static string? Derive(string imagePath, ulong? ephemeralSuffix, List<Problem> problems) => throw new NotImplementedException();
}
