namespace Vmspawn.SystemTests.Harness;

internal static class TestEnvironment
{
    /// <summary>Every process that is started inherits the mark, by which a leftover is known.</summary>
    public static Dictionary<string, string?> For(Scratch scratch, QemuKind qemu) => new()
    {
        ["PATH"] = QemuPath.For(qemu),
        ["HOME"] = scratch.Images,
        ["LANG"] = "C.UTF-8",
        ["TMPDIR"] = scratch.Temporary,
        ["XDG_RUNTIME_DIR"] = scratch.Runtime,
        ["XDG_STATE_HOME"] = scratch.State,
        // Shared by all tests, as between the runs of a user: what a QEMU can do is asked once.
        ["XDG_CACHE_HOME"] = Path.Combine(Prepared.Cache, "home"),
        ["VMSPAWN_TEST_MARK"] = scratch.Mark,
    };
}
