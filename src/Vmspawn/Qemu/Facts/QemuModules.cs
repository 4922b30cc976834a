using System.Runtime.InteropServices;

namespace Vmspawn.Qemu;

/// <summary>The modules of a QEMU: packages add devices and displays without a change of the binary.</summary>
internal static class QemuModules
{
    /// <summary>A number from the modification times of the directories that the distributions keep modules in.</summary>
    /// <param name="binary">Absolute path of the binary.</param>
    public static long StampOf(string binary)
    {
        if (Path.GetDirectoryName(Path.GetDirectoryName(binary)) is not { } prefix)
            return 0;
        var stamp = 0L;
        foreach (var library in Libraries())
        {
            var directory = new DirectoryInfo(Path.Combine(prefix, library, "qemu"));
            if (directory.Exists)
                stamp = unchecked(stamp * 31) + directory.LastWriteTimeUtc.Ticks;
        }

        return stamp;
    }

    private static IEnumerable<string> Libraries()
    {
        yield return "lib";
        yield return "lib64";
        if (RuntimeInformation.ProcessArchitecture is var host && Platform.Of(host) is { } platform)
            yield return $"lib/{platform.Name}-linux-gnu";
    }
}
