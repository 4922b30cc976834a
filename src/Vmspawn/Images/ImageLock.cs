namespace Vmspawn.Images;

/// <summary>Who holds an image.</summary>
/// <param name="Pid">The process, or null when it is not ours to see.</param>
/// <param name="Command">Its name, or null.</param>
/// <param name="Writes">It writes to the image, else it only keeps others from writing.</param>
internal sealed record LockHolder(int? Pid, string? Command, bool Writes);

/// <summary>Asks for QEMU's image locks, so that a held image is told before QEMU is started.</summary>
internal static class ImageLock
{
    /// <summary>The process whose lock would make our QEMU refuse the image, or null.</summary>
    public static LockHolder? FindHolder(string path, bool write) => throw new NotImplementedException();

    /// <summary>Adds a problem when the image, or a file below it, is held.</summary>
    public static void Check(string subject, ImageFacts image, bool write, List<Problem> problems) =>
        problems.TrimExcess();
}
