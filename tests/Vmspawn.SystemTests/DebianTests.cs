using System.Text;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>A Debian with a real systemd: what our options mean to it.</summary>
public sealed class DebianTests : VmTest
{
    [Fact]
    public async Task A_real_systemd_leaves_on_a_disk_the_credentials_identity_and_serials_that_it_was_given()
    {
        const string report = """
            {
                echo "machine-id $(cat /etc/machine-id)"
                echo "hostname $(hostname)"
                echo "virtualization $(systemd-detect-virt)"
                echo "root $(findmnt -no SOURCE /)"
                echo "file $(base64 -w 0 "$CREDENTIALS_DIRECTORY/test.file")"
                echo "literal $(base64 -w 0 "$CREDENTIALS_DIRECTORY/test.literal")"
                echo "tmpfiles $(cat /run/by-credential)"
                echo "strings $(tail -c +6 /sys/firmware/dmi/entries/11-0/raw | tr '\0' ' ')"
                echo "term $(tr '\0' '\n' </proc/$(systemctl show -P MainPID serial-getty@hvc0.service)/environ | grep ^TERM=)"
                lsblk --nodeps --noheadings --output NAME,SERIAL,RO | sed 's/^/block /; s/  */ /g'
                echo "failed $(systemctl --failed --plain --no-legend)"
                echo end
            } | dd of=/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_seen bs=64K iflag=fullblock conv=sync,fsync
            systemctl poweroff
            """;
        var seen = Scratch.Raw("seen");
        var file = Scratch.Own("file");
        byte[] bytes = [0, 1, 0xff, (byte)'\n', (byte)'"', 0x80];
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);

        using var run = VmspawnRun.StartWith(
            new Dictionary<string, string?> { ["TERM"] = "vt220" },
            Scratch,
            QemuKind.Distribution,
            [
                .. DebianGuest.Options(Scratch), "--firmware=none",
                $"--linux={DebianGuest.Kernel}", $"--initrd={DebianGuest.Initrd}",
                "--image-format=qcow2", $"--image={DebianGuest.Overlay(Scratch)}",
                $"--extra-drive=raw:nvme:{seen}", $"--extra-drive=raw:virtio-scsi:{Scratch.Raw("scsi-serial")}",
                "--uuid=2f1f5a3e-0b5b-4c8e-9a3b-6d0c9f1f7a10",
                "--set-credential=system.hostname:named-by-credential",
                @"--set-credential=test.literal:tab\tnewline\nend", $"--load-credential=test.file:{file}",
                "--set-credential=tmpfiles.extra:f /run/by-credential - - - - made",
                "--smbios11=a string of type 11",
                DebianGuest.Service(Scratch, "report", report, "ImportCredential=test.*"),
                .. DebianGuest.KernelArguments, "systemd.wants=report.service",
            ]);
        var ended = await run.End(DebianGuest.Bound);
        Assert.True(ended.Status == 0, ended.ToString());

        var lines = Encoding.UTF8.GetString(File.ReadAllBytes(seen)).TrimEnd('\0').Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length > 0 && lines[^1] == "end", $"the guest's report:\n{string.Join('\n', lines)}\n{ended}");
        Assert.Contains("machine-id 2f1f5a3e0b5b4c8e9a3b6d0c9f1f7a10", lines);
        Assert.Contains("hostname named-by-credential", lines);
        Assert.Contains("virtualization qemu", lines);
        Assert.Contains("root /dev/vda2", lines);
        Assert.Contains($"file {Convert.ToBase64String(bytes)}", lines);
        Assert.Contains($"literal {Convert.ToBase64String("tab\tnewline\nend"u8)}", lines);
        Assert.Contains("tmpfiles made", lines);
        Assert.Contains(lines, line => line.StartsWith("strings ", StringComparison.Ordinal) && line.Contains("a string of type 11"));
        Assert.Contains("term TERM=vt220", lines);
        Assert.Contains("block vda debian.qcow2 0", lines);
        Assert.Contains("block nvme0n1 seen 0", lines);
        Assert.Contains("block sda scsi-serial 0", lines);
        Assert.Contains("failed ", lines);
    }

    [Fact]
    public async Task An_ephemeral_systemd_keeps_its_writes_over_a_reboot_and_powers_off_at_a_signal()
    {
        const string script = """
            if [ -e /var/was-here ]; then
                echo "vmtest: back"
            else
                touch /var/was-here
                systemctl reboot
            fi
            """;
        var before = File.GetLastWriteTimeUtc(DebianGuest.Disk);
        using var run = VmspawnRun.Start(
            Scratch,
            QemuKind.Sid,
            [
                .. DebianGuest.Options(Scratch), "--firmware=none", "--ephemeral",
                // The cloud kernel has NVMe and ext4 built in: this one needs no initrd.
                $"--linux={DebianGuest.Kernel}", "--image-disk-type=nvme", $"--image={DebianGuest.Disk}",
                DebianGuest.Service(Scratch, "again", script, "RemainAfterExit=yes\nExecStop=/bin/sh -c 'echo \"vmtest: stopped in order\" >/dev/hvc0'"),
                .. DebianGuest.KernelArguments, "systemd.wants=again.service",
            ]);
        await run.Output.WaitFor("vmtest: back", DebianGuest.Bound);
        run.Signal("TERM");
        var ended = await run.End(DebianGuest.Bound);
        Assert.True(ended.Status == 0, ended.ToString());
        // Once before the reboot, once at the end.
        await run.Output.WaitFor("vmtest: stopped in order", TimeSpan.Zero, times: 2);
        Assert.Equal(before, File.GetLastWriteTimeUtc(DebianGuest.Disk));
    }

    [Fact]
    public async Task Udev_gives_network_interfaces_the_same_names_when_drives_are_added()
    {
        string[] added =
        [
            $"--extra-drive=nvme:{Scratch.Raw("first")}", $"--extra-drive=virtio-blk:{Scratch.Raw("second")}",
            $"--extra-drive=virtio-scsi:{Scratch.Raw("third")}", "--hotplug-ports=3",
        ];
        string[] names = ["enp1s0", "enp2s0"];
        Assert.Equal(names, await Interfaces([]));
        Assert.Equal(names, await Interfaces(added));
    }

    // The disk's own udev and its rules, without the rest of the system.
    private async Task<IEnumerable<string>> Interfaces(string[] options)
    {
        const string script = "mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t tmpfs run /run; /usr/lib/systemd/systemd-udevd --daemon; "
            + "udevadm trigger --action=add; udevadm settle; for i in /sys/class/net/e*; do echo vmtest: interface ${i##*/}; done; systemctl poweroff -ff";
        var ended = await Run(
            QemuKind.Distribution,
            [
                .. DebianGuest.Options(Scratch), "--firmware=none", "--ephemeral", "--network-user-mode", "--network-user-mode", .. options,
                $"--linux={DebianGuest.Kernel}", "--image-disk-type=nvme", $"--image={DebianGuest.Disk}",
                .. DebianGuest.KernelArguments, "init=/bin/sh", "--", "-c", $"\"{script}\"",
            ]);
        Assert.True(ended.Status == 0, ended.ToString());
        return ended.Output.ReplaceLineEndings("\n").Split('\n')
            .Where(line => line.StartsWith("vmtest: interface ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]);
    }
}
