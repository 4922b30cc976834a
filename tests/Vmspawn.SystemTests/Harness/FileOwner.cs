using System.Diagnostics;

namespace Vmspawn.SystemTests.Harness;

internal static class FileOwner
{
    /// <summary>The user and group of a file, as <c>0:0</c>.</summary>
    public static string Of(string path)
    {
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%u:%g", path]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        return stat.StandardOutput.ReadToEnd().Trim();
    }

    /// <summary>Gives a directory away with all in it, which takes root.</summary>
    public static void Give(string path, string owner)
    {
        using var chown = Process.Start("chown", ["-R", owner, path]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }
}
