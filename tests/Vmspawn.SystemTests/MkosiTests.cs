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
}
