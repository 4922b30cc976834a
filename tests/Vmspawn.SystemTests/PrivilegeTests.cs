using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>No root is needed, and what an ordinary user may not read is an error of its own.</summary>
public sealed class PrivilegeTests : VmTest
{
    [Fact]
    public async Task An_ordinary_user_boots_a_guest()
    {
        var ended = await AsOrdinaryUser(Guest("write=vda:4096:mine,poweroff", $"--image={Scratch.Raw("disk")}"));
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("vmtest: wrote", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ordinary_user_shares_a_directory_and_boots_from_another_without_changing_it()
    {
        var (shared, tree) = (Directory.CreateDirectory(Scratch.Own("shared")).FullName, Directory.CreateDirectory(Scratch.Own("tree")).FullName);
        var programs = Scratch.Own("virtiofsd");
        Directory.CreateDirectory(programs);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Prepared.RustVirtiofsd)!))
            File.Copy(file, Path.Combine(programs, Path.GetFileName(file)));
        var ended = await AsOrdinaryUser(
            Guest("share=mnt0:virtiofs,put=/shares/mnt0/file:mine,owner=/shares/mnt0/file,share=root:virtiofs,put=/shares/root/file:gone,owner=/shares/root/file,poweroff",
                $"--bind={shared}", "-x", $"--directory={tree}"),
            ("VMSPAWN_VIRTIOFSD", Path.Combine(programs, "virtiofsd")));
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.DoesNotContain("share failed", ended.Output, StringComparison.Ordinal);
        Assert.Equal("mine\n", File.ReadAllText(Path.Combine(shared, "file")));
        Assert.Contains($"vmtest: owner /shares/mnt0/file {FileOwner.Of(shared)} 644\n", ended.Output, StringComparison.Ordinal);
        Assert.Contains("vmtest: owner /shares/root/file 0:0 644\n", ended.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(tree));
    }

    [Fact]
    public async Task An_image_without_permission_is_named()
    {
        var image = Scratch.Raw("locked");
        File.SetUnixFileMode(image, UnixFileMode.None);
        var ended = await AsOrdinaryUser(Guest("poweroff", $"--image={image}"));
        Assert.Equal(1, ended.Status);
        Assert.Contains(image, ended.Error, StringComparison.Ordinal);
        Assert.Contains("may not read", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_of_an_ordinary_user_boots_a_guest_with_its_TPM_a_share_and_a_published_port()
    {
        var shared = Directory.CreateDirectory(Scratch.Own("shared")).FullName;
        await File.WriteAllTextAsync(Path.Combine(shared, "hello"), "from the container\n", TestContext.Current.CancellationToken);
        // As the least of container runtimes leave it: no systemd, no D-Bus, no KVM, an empty /run, eight devices, a network of its own.
        var container = Scratch.Text("container", """
            set -e
            mount -t tmpfs tmpfs /run
            mount -t proc proc /proc
            mkdir -p /run/dev/pts /run/dev/shm
            for name in null zero full random urandom tty; do touch /run/dev/$name; mount --bind /dev/$name /run/dev/$name; done
            mount -t devpts -o newinstance,ptmxmode=0666 devpts /run/dev/pts
            ln -s pts/ptmx /run/dev/ptmx
            mount -t tmpfs tmpfs /run/dev/shm
            mount --rbind /run/dev /dev
            busybox ip link set lo up
            exec "$@"
            """);
        var ended = await AsOrdinaryUser(
            Guest(
                "report,tpm,share=mnt0:virtiofs,show=/shares/mnt0/hello,write=vda:4096:mine,poweroff",
                "--system", "--kvm=auto", "--tpm=yes", "--tpm-state=off", $"--image={Scratch.Raw("disk")}", $"--bind={shared}", "--publish=0:80"),
            ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--net", "--ipc", "--uts", "/bin/sh", container]);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("there is no /dev/kvm", ended.Error, StringComparison.Ordinal);
        Assert.Contains("vmtest: tpm 2", ended.Output, StringComparison.Ordinal);
        Assert.Contains("vmtest: show /shares/mnt0/hello from the container", ended.Output, StringComparison.Ordinal);
        Assert.Contains("vmtest: wrote", ended.Output, StringComparison.Ordinal);
        Assert.Single(GuestReport.In(ended.Output).Nets);
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8), InlineData(9), InlineData(10)]
    [InlineData(11), InlineData(12), InlineData(13), InlineData(14), InlineData(15), InlineData(16), InlineData(18), InlineData(20), InlineData(24), InlineData(32)]
    public async Task Under_a_limit_of_processes_a_start_works_or_ends_with_a_sentence(int processes)
    {
        var ended = await AsOrdinaryUser(
            ["run", "--user", "--kvm=no", "--tpm=no", "--firmware=bios", "--console=headless", $"--machine={Scratch.Mark}", $"--image={BootSector.Write(Scratch)}"],
            ["/bin/bash", "-c", $"ulimit -u {processes}; exec \"$0\" \"$@\""]);
        Assert.True(ended.Status is 0 or 1, ended.ToString());
        Assert.True(ended.Status == 0 || ended.Error.Contains("vmspawn: ", StringComparison.Ordinal), ended.ToString());
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
    }

    private Task<Ended> AsOrdinaryUser(string[] arguments, params (string Name, string Value)[] variables) => AsOrdinaryUser(arguments, [], variables);

    /// <summary>As the current user, or as user nobody when run by root, with copies of files that only root can read.</summary>
    /// <param name="arguments">For our program.</param>
    /// <param name="wrapper">A command in front of it.</param>
    /// <param name="variables">For its environment.</param>
    private async Task<Ended> AsOrdinaryUser(string[] arguments, string[] wrapper, params (string Name, string Value)[] variables)
    {
        var environment = variables.ToDictionary(variable => variable.Name, variable => (string?)variable.Value);
        var binary = Copy(Prepared.Binary, "vmspawn");
        var kernel = Copy(Prepared.Kernel, "vmlinuz");
        var initrd = Copy(Prepared.Initrd, "initrd");
        var copied = arguments.Select(argument => argument.Replace(Prepared.Kernel, kernel, StringComparison.Ordinal)
            .Replace(Prepared.Initrd, initrd, StringComparison.Ordinal));
        const string change = "chown -R 65534:65534 \"$0\" && exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\"";
        using var run = VmspawnRun.StartProgram(
            "/bin/sh", new Dictionary<string, string?>(environment) { ["XDG_CACHE_HOME"] = Scratch.Own("cache") },
            Scratch, QemuKind.Distribution,
            ["-c", Environment.IsPrivilegedProcess ? change : "exec \"$@\"", Scratch.Root, .. wrapper, binary, .. copied]);
        return await run.End(GuestBound);
    }

    private string Copy(string path, string name)
    {
        var copy = Scratch.Own(name);
        File.Copy(path, copy);
        return copy;
    }
}
