using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>mkosi, which finds vmspawn under the name systemd-vmspawn.</summary>
public sealed class MkosiTests : VmTest
{
    [Fact]
    public async Task Mkosi_boots_an_image_with_vmspawn_in_the_place_of_systemd_vmspawn()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mkosi's sandbox needs a user namespace or root");
        var bin = Directory.CreateDirectory(Scratch.Own("bin")).FullName;
        // mkosi's sandbox shows this folder to what runs in it, and nothing that a link leads to elsewhere.
        File.Copy(Prepared.Binary, Path.Combine(bin, "vmspawn"));
        File.CreateSymbolicLink(Path.Combine(bin, "systemd-vmspawn"), "vmspawn");
        // An image that has been built already, under both of its names: what mkosi does itself is to run it.
        File.CreateSymbolicLink(Scratch.Own("image"), Scratch.Raw("image.raw"));
        Scratch.Own("image.efinvramstate");
        var more = Scratch.Raw("more data.raw", 1 << 20);
        Scratch.Text("mkosi.conf", $"""
            [Distribution]
            Distribution=custom
            [Output]
            Format=disk
            Output=image
            [Runtime]
            VirtualMachineMonitor=vmspawn
            Console=read-only
            CPUs=1
            RAM=512M
            KVM=no
            Register=disabled
            Firmware=uefi
            Linux={Prepared.Efi("guest.efi")}
            Credentials=first=one
                        second=zwei
            KernelCommandLineExtra=no_timer_check quiet
            """);
        using var run = VmspawnRun.StartProgram(
            "/usr/bin/python3",
            new Dictionary<string, string?>
            {
                ["PYTHONPATH"] = Path.Combine(Prepared.Cache, "sid/usr/lib/python3/dist-packages"),
                ["PYTHONDONTWRITEBYTECODE"] = "1",
                ["PATH"] = $"{bin}:/usr/sbin:/usr/bin",
            },
            Scratch,
            QemuKind.Distribution,
            "-m", "mkosi", "--debug", $"--extra-search-path={bin}",
            $"--qemu-args=-drive 'if=none,id=more,file={more},format=raw' -device 'virtio-blk-pci,drive=more,serial=two words'",
            "vm", "vmtest=report,poweroff");
        var ended = await run.End(GuestBound);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("systemd-vmspawn --firmware=describe --firmware-features '~secure-boot'", ended.Error, StringComparison.Ordinal);
        Assert.Contains("--vsock '' --tpm '' --tpm-state=off", ended.Error, StringComparison.Ordinal);

        var report = GuestReport.In(ended.Output);
        Assert.Equal(8192, report.Block("image").Sectors);
        Assert.Contains("serial=two words", ended.Output, StringComparison.Ordinal);
        var strings = string.Concat(report.Smbios11.Select(System.Text.Encoding.Latin1.GetString));
        Assert.Contains($"io.systemd.credential.binary:first={Convert.ToBase64String("one"u8)}\0", strings, StringComparison.Ordinal);
        Assert.Contains($"io.systemd.credential.binary:second={Convert.ToBase64String("zwei"u8)}\0", strings, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_mkosi_has_built_boots_registered_with_secure_boot_and_with_what_its_settings_bring_along()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run systemd in namespaces of its own");
        using var host = await StartWithMkosi();
        var shared = Directory.CreateDirectory(Scratch.Own("shared")).FullName;
        var journal = Path.Combine(Directory.CreateDirectory(Scratch.Own("journals")).FullName, "guest.journal");
        File.WriteAllText(Path.Combine(shared, "file"), "of the host\n");
        using var run = Vm(
            host, "--firmware=uefi-secure-boot", "--firmware-variables=custom", "--runtime-size=2G", $"--runtime-tree={shared}:shared",
            "--credential=first=one", $"--forward-journal={journal}");
        await IsUp(host, run, "image");
        Assert.Contains("--register yes --firmware-features secure-boot --grow-image 2147483648 --bind-user somebody", run.Error.Text, StringComparison.Ordinal);
        Assert.Matches("(?m)^image +vm +vmspawn ", await host.Good("/usr/bin/machinectl", "list"));
        Assert.Contains("Unit: machine-image.scope", await host.Good("/usr/bin/machinectl", "status", "--no-pager", "image"), StringComparison.Ordinal);

        Assert.Equal(
            """
            secure boot: 1
            sectors: 4194304
            share: of the host
            credential: one
            user: uid=60514(somebody)

            """,
            await Ssh(host, "image", """
                echo secure boot: $(od -An -tu1 -j4 /sys/firmware/efi/efivars/SecureBoot-*)
                echo sectors: $(cat /sys/class/block/vda/size)
                echo share: $(cat /root/src/shared/file)
                echo of the guest >/root/src/shared/answer
                echo credential: $(systemd-creds --system cat first)
                echo user: $(id somebody | cut -d ' ' -f 1)
                logger said over ssh
                sync
                """));
        Assert.Equal("of the guest\n", File.ReadAllText(Path.Combine(shared, "answer")));
        await PowersOff(host, run, "image");

        var text = await host.Good("/usr/bin/journalctl", $"--file={journal}", "--output=cat", "--no-pager");
        Assert.Contains("said over ssh", text, StringComparison.Ordinal);
        Assert.Contains("Reached target poweroff.target", text, StringComparison.Ordinal);
        await host.End();
    }

    [Fact]
    public async Task An_ephemeral_run_of_mkosis_kernel_and_initrd_leaves_the_image_as_it_was()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run systemd in namespaces of its own");
        using var host = await StartWithMkosi();
        var image = Path.Combine(Scratch.Own("built"), "image.raw");
        var before = await Sum(image);
        using var run = Vm(host, "--firmware=linux", "--ephemeral=yes");
        await run.Error.WaitFor(": booting", DebianGuest.Bound);
        // An ephemeral machine's name has a random part, as with systemd-vmspawn.
        var name = run.Error.Text.Split('\n').Single(line => line.Contains(": booting", StringComparison.Ordinal)).Split(": ")[1];
        Assert.StartsWith("image-", name, StringComparison.Ordinal);
        await IsUp(host, run, name);
        Assert.StartsWith($"{name} ", await host.Good("/usr/bin/machinectl", "list", "--no-legend"), StringComparison.Ordinal);
        Assert.Equal("written\n", await Ssh(host, name, "echo written >/file; sync; cat /file"));
        await PowersOff(host, run, name);
        Assert.True(before == await Sum(image), "an ephemeral run has changed the image");
        await host.End();
    }

    /// <summary>A host with systemd, machined, mkosi, vmspawn under the name systemd-vmspawn, and an image that mkosi has built.</summary>
    private async Task<SystemdContainer> StartWithMkosi()
    {
        var made = Path.GetDirectoryName(Prepared.Mkosi("mkosi.crt"))!;
        var host = await SystemdContainer.StartOver(Scratch, [Path.Combine(made, "tools")]);
        var folder = Directory.CreateDirectory(Scratch.Own("built")).FullName;
        await host.Good("/usr/bin/bash", "-euc", $$"""
            cp /host{{Prepared.Binary}} /usr/bin/vmspawn
            ln -sf vmspawn /usr/bin/systemd-vmspawn
            cd /host{{made}}
            cp --sparse=always image.raw image.vmlinuz image.initrd image.efi mkosi.conf mkosi.key mkosi.crt {{folder}}
            ln -s image.raw {{folder}}/image
            """);
        // Updates after an installation and questions at the first start take time, the latter for ever.
        File.WriteAllText(Path.Combine(folder, "mkosi.local.conf"), """
            [Validation]
            SecureBootKey=mkosi.key
            SecureBootCertificate=mkosi.crt
            [Runtime]
            Console=read-only
            CPUs=1
            RAM=1G
            KVM=no
            VSock=yes
            Register=enabled
            BindUser=yes
            KernelCommandLineExtra=no_timer_check quiet audit=0 systemd.firstboot=no systemd.condition_needs_update=no
            """);
        return host;
    }

    /// <summary><c>mkosi vm</c>, which binds the user by whose name it is called.</summary>
    private VmspawnRun Vm(SystemdContainer host, params string[] options) => host.Enter(
        [
            "/usr/bin/env", "-u", "XDG_RUNTIME_DIR", "PATH=/usr/sbin:/usr/bin", "LOGNAME=somebody",
            "/usr/bin/mkosi", "--debug", $"--directory={Scratch.Own("built")}", .. options, "vm",
        ]);

    private static async Task IsUp(SystemdContainer host, VmspawnRun run, string machine)
    {
        // The program's own wait for sshd begins once the machine's control socket exists.
        await run.Error.WaitFor(": booting", DebianGuest.Bound);
        using var login = StartSsh(host, machine, "true");
        var ended = await login.End(DebianGuest.Bound);
        Assert.True(ended.Status == 0, $"no login by ssh: {ended}\n{run.Output.Text}\n{run.Error.Text}");
    }

    private static async Task PowersOff(SystemdContainer host, VmspawnRun run, string machine)
    {
        await host.Good("/usr/bin/machinectl", "poweroff", machine);
        var ended = await run.End(DebianGuest.Bound);
        Assert.True(ended.Status == 0, $"after machinectl poweroff: {ended}");
        Assert.DoesNotContain("image", await host.Good("/usr/bin/machinectl", "list"), StringComparison.Ordinal);
    }

    /// <summary>What a command in the guest prints.</summary>
    private static async Task<string> Ssh(SystemdContainer host, string machine, string command)
    {
        using var run = StartSsh(host, machine, command);
        var ended = await run.End(DebianGuest.Bound);
        Assert.True(ended.Status == 0, ended.ToString());
        return ended.Output;
    }

    private static VmspawnRun StartSsh(SystemdContainer host, string machine, string command) => host.Enter(
        "/usr/bin/env", "-u", "XDG_RUNTIME_DIR", "PATH=/usr/sbin:/usr/bin", "/usr/bin/vmspawn", "ssh",
        $"--timeout={DebianGuest.Bound.TotalSeconds}", machine, command);

    private static async Task<string> Sum(string path)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(file, TestContext.Current.CancellationToken));
    }
}
