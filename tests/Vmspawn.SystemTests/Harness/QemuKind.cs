namespace Vmspawn.SystemTests.Harness;

/// <summary>Which QEMU a test runs with.</summary>
public enum QemuKind
{
    /// <summary>The distribution's: 7.2 on Debian 12, 10 on 13.</summary>
    Distribution,

    /// <summary>Debian sid's, from the prepared tree: 11 or later.</summary>
    Sid,
}

internal static class QemuPath
{
    private const string SystemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public static string For(QemuKind kind) =>
        kind == QemuKind.Sid ? $"{Prepared.SidQemuFolder}:{SystemPath}" : SystemPath;
}
