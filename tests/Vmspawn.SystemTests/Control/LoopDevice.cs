using System.Diagnostics;

namespace Vmspawn.SystemTests.Control;

/// <summary>A block device of this host over a file.</summary>
internal sealed class LoopDevice : IDisposable
{
    private LoopDevice(string path) => Path = path;

    public string Path { get; }

    /// <summary>Null where this host makes none: they are root's, and containers often have none.</summary>
    public static LoopDevice? TryMake(string file, bool readOnly = false)
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists("/dev/loop-control"))
            return null;
        using var made = Process.Start(new ProcessStartInfo(
            "losetup", ["--find", "--show", .. readOnly ? (string[])["--read-only"] : [], file])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        })!;
        var path = made.StandardOutput.ReadToEnd().Trim();
        made.WaitForExit();
        return made.ExitCode == 0 ? new LoopDevice(path) : null;
    }

    public void Dispose()
    {
        using var gone = Process.Start("losetup", ["--detach", Path]);
        gone.WaitForExit();
    }
}
