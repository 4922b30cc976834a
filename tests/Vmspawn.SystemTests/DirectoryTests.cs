using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Machines that boot from a tree of the host; the small guest's init mounts what its kernel would mount as root.</summary>
public sealed class DirectoryTests : VmTest
{
    private const string Writes = "share=root:virtiofs,show=/shares/root/file,put=/shares/root/file:new,put=/shares/root/other:new,show=/shares/root/file,owner=/shares/root,";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);
    private static readonly Dictionary<string, string?> Rust = new() { ["VMSPAWN_VIRTIOFSD"] = Prepared.RustVirtiofsd };

    [Fact]
    public async Task An_ephemeral_tree_stays_as_it_is_and_what_a_killed_machine_left_goes_with_the_next()
    {
        var tree = Tree("tree");
        using var run = VmspawnRun.StartWith(Rust, Scratch, QemuKind.Distribution, Guest(Writes + "ignore-acpi", "-x", $"--directory={tree}"));
        await run.Output.WaitFor("vmtest: ignoring", GuestBound);
        var left = Assert.Single(Directory.GetDirectories(Scratch.Images, ".vmspawn-x-*"));
        run.Signal("KILL");
        await run.EndWith(137, Soon);
        Assert.True(Directory.Exists(left));

        var next = await Run(Guest(Writes + "poweroff", "-x", $"--directory={tree}"));
        Assert.True(next.Status == 0, next.ToString());
        Assert.Contains("vmtest: show /shares/root/file old\n", next.Output, StringComparison.Ordinal);
        Assert.Contains("vmtest: show /shares/root/file new\n", next.Output, StringComparison.Ordinal);
        Assert.Contains("vmtest: owner /shares/root 0:0 755\n", next.Output, StringComparison.Ordinal);
        Assert.Equal("old\n", File.ReadAllText(Path.Combine(tree, "file")));
        Assert.Equal(["file"], Directory.GetFileSystemEntries(tree).Select(Path.GetFileName));
        Assert.Empty(Directory.GetDirectories(Scratch.Images, ".vmspawn-x-*"));
    }

    [Fact]
    public async Task A_tree_that_a_machine_writes_to_is_no_other_ones_and_its_owner_is_the_guests_root()
    {
        var tree = Tree("tree");
        if (Environment.IsPrivilegedProcess)
            FileOwner.Give(tree, "100000:200000");
        using var run = VmspawnRun.StartWith(Rust, Scratch, QemuKind.Distribution, Guest(Writes + "wait-acpi,poweroff", $"--directory={tree}"));
        await run.Output.WaitFor("vmtest: waiting", GuestBound);
        foreach (var ephemeral in (string[][])[[], ["-x"]])
        {
            var second = await Run(Guest("poweroff", [$"--directory={tree}", $"--machine={Scratch.Mark}b", .. ephemeral]));
            Assert.Equal(1, second.Status);
            Assert.Contains("another VM runs from it", second.Error, StringComparison.Ordinal);
        }

        run.Signal("TERM");
        var ended = await run.End(GuestBound);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("vmtest: owner /shares/root 0:0 755\n", ended.Output, StringComparison.Ordinal);
        Assert.Equal(FileOwner.Of(tree), FileOwner.Of(Path.Combine(tree, "other")));
    }

    [Fact]
    public async Task A_systemd_boots_from_a_tree_with_a_share_mounted_and_a_user_of_the_host_at_home()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give this host a user for a while");
        var (shared, home) = (Directory.CreateDirectory(Scratch.Own("shared")).FullName, Directory.CreateDirectory(Scratch.Own("home")).FullName);
        await File.WriteAllTextAsync(Path.Combine(shared, "hello"), "from the host\n", TestContext.Current.CancellationToken);
        FileOwner.Give(home, "4242:4343");
        var users = Scratch.Text("passwd", $"{await File.ReadAllTextAsync("/etc/passwd", TestContext.Current.CancellationToken)}vmguest:x:4242:4343::{home}:/bin/dash\n");
        const string report = """
            echo "vmtest: root $(findmnt -rno FSTYPE,OPTIONS /)"
            echo "vmtest: user $(getent passwd vmguest) in $(id -Gn vmguest)"
            echo "vmtest: mounts $(findmnt -rno FSTYPE '/mnt/a b') $(findmnt -rno FSTYPE /mnt/own)"
            echo "vmtest: hello $(cat '/mnt/a b/hello')"
            echo by-guest >'/mnt/a b/reply'
            setpriv --reuid=60514 --regid=60514 --clear-groups touch /run/vmhost/home/vmguest/by-guest
            echo "vmtest: home $(stat -c %U:%G /run/vmhost/home/vmguest/by-guest)"
            touch /root/gone
            echo "vmtest: failed $(systemctl --failed --plain --no-legend)."
            systemctl poweroff
            """;
        using var run = VmspawnRun.StartProgram(
            "/usr/bin/unshare", Rust, Scratch, QemuKind.Distribution,
            [
                "--mount", "--", "/bin/sh", "-c", "mount --bind \"$0\" /etc/passwd && exec \"$@\"", users, Prepared.Binary,
                .. DebianGuest.Options(Scratch), "--firmware=none", "-x", $"--directory={DebianGuest.Tree}", $"--linux={DebianGuest.Kernel}",
                $"--bind={shared}:/mnt/a b", "--bind-user=vmguest", "--bind-user-group=users", "--bind-user-shell=yes",
                "--set-credential=fstab.extra:own /mnt/own tmpfs",
                DebianGuest.Service(Scratch, "report", report), "quiet", "audit=0", "no_timer_check", "systemd.wants=report.service",
            ]);
        var ended = await run.End(DebianGuest.Bound);
        Assert.True(ended.Status == 0, ended.ToString());
        Says(ended, "vmtest: root virtiofs rw,");
        Says(ended, "vmtest: user vmguest:x:60514:60514:vmguest:/run/vmhost/home/vmguest:/bin/dash in vmguest users");
        Says(ended, "vmtest: mounts virtiofs tmpfs");
        Says(ended, "vmtest: hello from the host");
        Says(ended, "vmtest: home vmguest:vmguest");
        Says(ended, "vmtest: failed .");
        Assert.Equal("by-guest\n", File.ReadAllText(Path.Combine(shared, "reply")));
        Assert.Equal("4242:4343", FileOwner.Of(Path.Combine(home, "by-guest")));
        Assert.False(File.Exists(Path.Combine(DebianGuest.Tree, "root/gone")));
    }

    [Fact]
    public async Task A_unified_kernel_image_of_the_tree_starts_by_uefi_and_its_variables_lie_beside_the_tree()
    {
        var tree = Tree("tree");
        Directory.CreateDirectory(Path.Combine(tree, "efi/EFI/Linux"));
        File.Copy(Prepared.Efi("guest.efi"), Path.Combine(tree, "efi/EFI/Linux/guest.efi"));
        var state = Scratch.Own("tree.efinvramstate");
        var ended = await Run(
        [
            "--user", $"--machine={Scratch.Mark}", "--kvm=no", "--tpm=no", "--console=read-only", "--ram=512M", $"--directory={tree}", "no_timer_check", "quiet", "vmtest=report,poweroff",
        ]);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains(" root=root rootfstype=virtiofs rw no_timer_check ", GuestReport.In(ended.Output).CommandLine, StringComparison.Ordinal);
        Assert.True(File.Exists(state));
    }

    [Fact]
    public async Task In_a_plain_chroot_where_nothing_can_be_mounted_a_share_is_served_and_a_tree_copied()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can change its root directory");
        var root = Scratch.Own("root");
        // A directory that is no mount point: neither pivot_root(2) nor a change of its propagation works there.
        const string script = """
            set -e
            mount --make-rprivate /
            for folder in usr lib lib64 bin; do mkdir -p "$0/$folder"; mount --bind "/$folder" "$0/$folder"; done
            mkdir -p "$0/proc" "$0/dev" "$0/tmp" "$0/run" "$0/share" "$0/tree"
            mount -t proc proc "$0/proc"
            mount --rbind /dev "$0/dev"
            echo old >"$0/tree/file"
            exec chroot "$0" "$@"
            """;
        Directory.CreateDirectory(Path.Combine(root, "virtiofs"));
        File.Copy(Prepared.Binary, Path.Combine(root, "vmspawn"));
        File.Copy(Prepared.Kernel, Path.Combine(root, "vmlinuz"));
        File.Copy(Prepared.Initrd, Path.Combine(root, "initrd"));
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Prepared.RustVirtiofsd)!))
            File.Copy(file, Path.Combine(root, "virtiofs", Path.GetFileName(file)));
        using var run = VmspawnRun.StartProgram(
            "/usr/bin/unshare",
            new Dictionary<string, string?> { ["VMSPAWN_VIRTIOFSD"] = "/virtiofs/virtiofsd", ["XDG_RUNTIME_DIR"] = "/run", ["TMPDIR"] = "/tmp", ["XDG_CACHE_HOME"] = "/tmp" },
            Scratch, QemuKind.Distribution,
            [
                "--mount", "--", "/bin/sh", "-c", script, root, "/vmspawn",
                .. Guest(Writes + "share=mnt0:virtiofs,put=/shares/mnt0/file:shared,poweroff", "-x", "--directory=/tree", "--bind=/share")
                    .Select(word => word.Replace(Prepared.Kernel, "/vmlinuz", StringComparison.Ordinal).Replace(Prepared.Initrd, "/initrd", StringComparison.Ordinal)),
            ]);
        var ended = await run.End(GuestBound);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("copying /tree to /, since nothing can be laid over it", ended.Error, StringComparison.Ordinal);
        Assert.Contains("vmtest: show /shares/root/file old\n", ended.Output, StringComparison.Ordinal);
        Assert.Contains("vmtest: show /shares/root/file new\n", ended.Output, StringComparison.Ordinal);
        Assert.Equal("old\n", File.ReadAllText(Path.Combine(root, "tree/file")));
        Assert.True(File.Exists(Path.Combine(root, "share/file")), ended.ToString());
        Assert.Empty(Directory.GetDirectories(root, ".vmspawn-x-*"));
    }

    [Fact]
    public async Task A_tree_without_a_kernel_is_refused_with_the_places_that_were_looked_at()
    {
        var ended = await Run(["--user", "--kvm=no", $"--directory={Tree("tree")}"]);
        Assert.Equal(1, ended.Status);
        Assert.Matches("vmspawn: --directory=/.*/tree: there is no kernel for x86_64 in /.*/tree: .*/efi and /boot.* \\(name one with --linux=", ended.Error);
    }

    // With all that it said.
    private static void Says(Ended ended, string line) => Assert.True(ended.Output.Contains(line, StringComparison.Ordinal), $"no \"{line}\" in {ended}");

    private string Tree(string name)
    {
        var tree = Directory.CreateDirectory(Scratch.Own(name)).FullName;
        File.WriteAllText(Path.Combine(tree, "file"), "old\n");
        File.SetUnixFileMode(tree, (UnixFileMode)0x1ed);
        return tree;
    }

    private async Task<Ended> Run(string[] arguments)
    {
        using var run = VmspawnRun.StartWith(Rust, Scratch, QemuKind.Distribution, arguments);
        return await run.End(GuestBound);
    }
}
