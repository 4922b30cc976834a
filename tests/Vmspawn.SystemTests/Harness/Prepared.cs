namespace Vmspawn.SystemTests.Harness;

/// <summary>What tests/guests/prepare.sh and build.sh have made.</summary>
internal static class Prepared
{
    public static string Cache { get; } = Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "vmspawn-tests");

    /// <summary>The checkout that is tested.</summary>
    public static string Repository { get; } = RepositoryRoot();

    public static string Kernel { get; } = Existing(Path.Combine(Cache, "guest", "vmlinuz"));

    public static string Initrd { get; } = Existing(Path.Combine(Cache, "guest", "initrd"));

    /// <summary>The guest with a kernel that knows 9p.</summary>
    public static string NineP(string name) => Existing(Path.Combine(Cache, "guest", "9p", name));

    /// <summary>What tests/guests/make-efi.sh has made.</summary>
    public static string Efi(string name) => Existing(Path.Combine(Cache, "efi", name));

    /// <summary>An ext4 with Debian's stable release, as tests/guests/make-stable.sh has made it. Only to be read.</summary>
    public static string StableRoot => Existing(Path.Combine(Cache, "stable", "root.raw"));

    /// <summary>A part of the Debian 12 with cloud-init that tests/guests/make-cloud.sh has made. Only to be read.</summary>
    public static string Cloud(string name) => Existing(Path.Combine(Cache, "cloud", name));

    /// <summary>What tests/guests/make-mkosi.sh has made, as root. Only to be read.</summary>
    public static string Mkosi(string name) => Existing(Path.Combine(Cache, "mkosi", name));

    /// <summary>The folder to put first in $PATH for QEMU of Debian sid.</summary>
    public static string SidQemuFolder { get; } = Path.Combine(Cache, "qemu-sid");

    /// <summary>The folder to put first in $PATH for passt of Debian sid.</summary>
    public static string PasstFolder { get; } = Path.Combine(Cache, "passt-sid");

    /// <summary>virtiofsd of Debian sid, the one in Rust.</summary>
    public static string RustVirtiofsd { get; } = Path.Combine(Cache, "virtiofsd-sid", "virtiofsd");

    /// <summary>virtiofsd of the distribution's QEMU, the one in C: Debian 12 is the last to have it.</summary>
    public static string CVirtiofsd => "/usr/lib/qemu/virtiofsd";

    /// <summary>The folder to put first in $PATH for vhost-device-vsock and systemd-journal-remote of Debian sid.</summary>
    public static string VsockFolder { get; } = Path.Combine(Cache, "vsock-sid");

    /// <summary>The program under test.</summary>
    public static string Binary { get; } = Existing(
        Environment.GetEnvironmentVariable("VMSPAWN_BINARY") is { Length: > 0 } given
            ? given
            : Path.Combine(Repository, "artifacts", "vmspawn"));

    /// <summary>The folder with what makes the guests.</summary>
    public static string Guests { get; } = Path.Combine(Repository, "tests", "guests");

    /// <summary>The folder with the packaged units.</summary>
    public static string Units { get; } = Path.Combine(Repository, "packaging", "systemd");

    private static string RepositoryRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Vmspawn.slnx")))
                return folder;
        throw new InvalidOperationException("The tests run outside the repository: set VMSPAWN_BINARY.");
    }

    private static string Existing(string path) => File.Exists(path)
        ? Path.GetFullPath(path)
        : throw new FileNotFoundException($"{path} is missing: run ./test.sh, which makes it.", path);
}
