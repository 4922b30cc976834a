using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Catalog;

/// <summary>
/// A Debian that mmdebstrap(1) makes from packages, as an ext4 disk with its kernel and initrd beside it. The host logs in to it
/// with the credentials of systemd 256 and later, and with cloud-init in older suites.
/// </summary>
/// <param name="suite">The suite.</param>
/// <param name="packages">More packages.</param>
internal sealed class DebianImage(string suite, IReadOnlyList<string> packages) : StoredImage
{
    private const string KernelName = "vmlinuz";
    private const string InitrdName = "initrd";

    /// <summary>The descriptor that the disk is written to. A shell's redirection takes one digit.</summary>
    private const int DiskDescriptor = 9;

    /// <summary>The size of the root file system, most of which is a hole in the image.</summary>
    private const string DiskSize = "4G";

    private static readonly TimeSpan Bound = TimeSpan.FromHours(2);

    private static readonly string[] BasePackages =
    [
        "systemd-sysv", "systemd-resolved", "udev", "dbus", "libpam-systemd", "libnss-systemd", "openssh-server", "iproute2", "kmod", "login", "passwd",
        "initramfs-tools", "zstd",
    ];

    /// <summary>Suites whose systemd takes no credentials for logins.</summary>
    private static readonly string[] OldSuites = ["bullseye", "bookworm", "oldoldstable", "oldstable"];

    public override string Name => StoredName;

    public override string StoredName => $"debian-build-{suite}";

    protected override bool IsPinned => true;

    private bool HasCloudInit => Array.IndexOf(OldSuites, suite) >= 0;

    protected override Task<ImageVersion> VersionAsync(CancellationToken cancel)
    {
        string[] all = [.. BasePackages, .. KernelPackages(), .. HasCloudInit ? ["cloud-init", "netbase", "qemu-guest-agent"] : Array.Empty<string>(), .. packages];
        var recipe = string.Join('\0', [suite, .. all.Order(StringComparer.Ordinal), Configure(), Pack("")]);
        var id = Convert.ToHexStringLower(Sha256.Hash(Encoding.UTF8.GetBytes(recipe)))[..16];
        var origin = packages.Count == 0 ? $"mmdebstrap {suite}" : $"mmdebstrap {suite} with {string.Join(", ", packages)}";
        return Task.FromResult(new ImageVersion(id, origin, (draft, end) => MakeAsync(all, draft, end)));
    }

    private async Task<VmImageFiles> MakeAsync(string[] all, ImageDraft draft, CancellationToken cancel)
    {
        draft.Tell("packages");
        // The stamp is of this build: the same packages are other ones the next day.
        var stamp = string.Create(CultureInfo.InvariantCulture, $"{RandomNumber.Next():x16}{RandomNumber.Next():x16}");
        var uuid = Guid.ParseExact(stamp, "N").ToString();
        using var disk = NewFile.Create(draft[draft.Name]);
        using var pipe = Pipe.Create();
        string[] arguments =
        [
            "--quiet", "--variant=minbase", $"--include={string.Join(',', all)}", "--format=null", "--aptopt=APT::Install-Recommends \"false\"",
            "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/man/*", "--dpkgopt=path-exclude=/usr/share/locale/*",
            $"--customize-hook={Configure()}", $"--customize-hook=download /{KernelName}.new {draft[KernelName]}", $"--customize-hook=download /{InitrdName}.new {draft[InitrdName]}",
            $"--customize-hook={Pack(uuid)}", suite, "-",
        ];
        var content = new DescriptorStream(OpenFile.Duplicate(pipe.ReadEnd));
        await using var closing = content.ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var write = SparseFile.WriteAsync(content, disk, done => draft.Tell("disk", done), stop.Token);
        try
        {
            await new ProgramRun(Name, "mmdebstrap", arguments, Bound)
            {
                UsesNetwork = true,
                Descriptors = [new ChildDescriptor(DiskDescriptor, pipe.WriteEnd)],
                Variables = new Dictionary<string, string?> { ["TMPDIR"] = "/var/tmp" },
            }.SucceedAsync((stream, end) => stream.CopyToAsync(Stream.Null, end), cancel).ConfigureAwait(false);
            pipe.WriteEnd.Dispose();
            await write.ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)write).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        RandomAccess.FlushToDisk(disk);
        return new VmImageFiles
        {
            Image = draft.Name,
            Linux = KernelName,
            Initrds = [InitrdName],
            KernelArguments = [$"root=UUID={uuid}", "rw"],
            Firmware = FirmwareKind.None,
            HasCloudInit = HasCloudInit,
            Stamp = stamp,
        };
    }

    private static string[] KernelPackages() => RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => ["linux-image-cloud-amd64"],
        Architecture.Arm64 => ["linux-image-cloud-arm64"],
        Architecture.RiscV64 => ["linux-image-riscv64"],
        var other => throw new VmImageException("debian", $"it is not built for {other}"),
    };

    /// <summary>
    /// A shell's text: root has no password, for the console; the network is configured by DHCP; host name, machine id and keys of sshd are made at the first boot.
    /// </summary>
    private static string Configure() => $$"""
        set -e
        chroot "$1" passwd --quiet --delete root
        chroot "$1" systemctl --quiet enable systemd-networkd.service systemd-resolved.service
        printf '[Match]\nType=ether\n[Network]\nDHCP=yes\n' >"$1/etc/systemd/network/80-wired.network"
        printf '[Unit]\nConditionPathExists=!/etc/ssh/ssh_host_ed25519_key\nBefore=ssh.service ssh.socket\n[Service]\nType=oneshot\nExecStart=/usr/bin/ssh-keygen -A\n[Install]\nWantedBy=multi-user.target\n' >"$1/etc/systemd/system/vmspawn-ssh-keys.service"
        chroot "$1" systemctl --quiet enable vmspawn-ssh-keys.service
        printf 'LANG=C.UTF-8\n' >"$1/etc/locale.conf"
        ln -sf ../usr/share/zoneinfo/UTC "$1/etc/localtime"
        rm -f "$1"/etc/ssh/ssh_host_* "$1/etc/hostname" "$1/var/lib/dbus/machine-id"
        : >"$1/etc/machine-id"
        cp "$(echo "$1"/boot/vmlinuz-*)" "$1/{{KernelName}}.new"
        cp "$(echo "$1"/boot/initrd.img-*)" "$1/{{InitrdName}}.new"
        """;

    /// <summary>A shell's text that writes the disk. A mount without what is mounted below it hides the chroot's /proc and /sys.</summary>
    private static string Pack(string uuid) => $$"""
        set -e
        rm -f "$1/{{KernelName}}.new" "$1/{{InitrdName}}.new"
        at=$(mktemp -d)
        trap 'umount "$at/tree" 2>/dev/null || :; rm -f "$at/disk"; rmdir "$at/tree" "$at"' EXIT
        mkdir "$at/tree"
        mount --bind "$1" "$at/tree"
        mkfs.ext4 -q -F -L root -U {{uuid}} -E root_owner=0:0 -d "$at/tree" "$at/disk" {{DiskSize}}
        cat "$at/disk" >&{{DiskDescriptor}}
        """;
}
