namespace Vmspawn.Qemu;

/// <summary>Finds the QEMU binary of an architecture.</summary>
internal static class QemuLocator
{
    /// <summary>Its absolute path, or null with a problem that says where it was looked for and how to install it.</summary>
    /// <param name="environment">Reads one environment variable; <c>PATH</c> is asked.</param>
    /// <param name="problems">Receives the reason.</param>
    public static string? Find(Func<string, string?> environment, List<Problem> problems) => throw new NotImplementedException();
}
