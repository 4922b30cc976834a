namespace Vmspawn.SystemTests.Harness;

/// <summary>Programs of a current systemd, from the prepared tree of Debian sid.</summary>
internal static class SidProgram
{
    public static string Runner { get; } = Path.Combine(Prepared.Cache, "sid-run");

    /// <summary>Starts one, such as <c>usr/bin/varlinkctl</c>.</summary>
    /// <param name="scratch">The test's folders.</param>
    /// <param name="descriptor5">A file that it gets open as descriptor 5, or null.</param>
    /// <param name="words">Its path in the tree, and its arguments.</param>
    public static VmspawnRun Start(Scratch scratch, string? descriptor5, params IEnumerable<string> words) => VmspawnRun.StartProgram(
        "/bin/sh", new Dictionary<string, string?>(), scratch, QemuKind.Sid,
        ["-c", descriptor5 is null ? "exec \"$@\"" : $"exec \"$@\" 5<>'{descriptor5}'", "sh", Runner, .. words]);
}
