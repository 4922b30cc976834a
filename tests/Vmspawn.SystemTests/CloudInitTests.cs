using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>The seed disk as a guest's kernel sees it, and what else tells a guest who it is.</summary>
public sealed class CloudInitTests : VmTest
{
    [Theory, InlineData(QemuKind.Distribution, "virtio-blk", "vda"), InlineData(QemuKind.Sid, "scsi-cd", "sda")]
    public async Task The_guest_mounts_a_read_only_disk_labelled_CIDATA_with_the_users_data(QemuKind qemu, string type, string device)
    {
        var data = Scratch.Text("data", "#cloud-config\npassword: secret\n");
        var ended = await Run(qemu, Guest(
            $"generation-id,report,mount={device},show=/mnt/user-data,show=/mnt/meta-data,poweroff",
            $"--cloud-init={data}", $"--image-disk-type={type}"));
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("vmtest: mounted CIDATA", ended.Output, StringComparison.Ordinal);
        Assert.Contains("vmtest: show /mnt/user-data #cloud-config\n", ended.Output, StringComparison.Ordinal);
        Assert.Contains("vmtest: show /mnt/meta-data {\n", ended.Output, StringComparison.Ordinal);
        Assert.Contains("vmtest: generation-id \\", ended.Output, StringComparison.Ordinal);
        var block = Assert.Single(GuestReport.In(ended.Output).Blocks, block => block.Name == device);
        Assert.True(block.ReadOnly, "the guest may write to its seed");
    }

    [Fact]
    public async Task Cloud_init_itself_takes_host_name_and_users_data_from_the_seed()
    {
        var data = Scratch.Text("data", """
            #cloud-config
            cloud_init_modules: [write_files, set_hostname]
            cloud_config_modules: [runcmd]
            cloud_final_modules: [scripts_user]
            write_files: [{path: /run/by-cloud-init, content: made}]
            runcmd:
              - 'echo "vmtest: $(hostname) $(cat /run/by-cloud-init)" >/dev/hvc0; systemctl poweroff'

            """);
        using var run = VmspawnRun.Start(
            Scratch,
            QemuKind.Distribution,
            [
                .. DebianGuest.Options(Scratch), "--firmware=none", "--ephemeral", $"--cloud-init={data}",
                $"--linux={DebianGuest.Kernel}", "--image-disk-type=nvme", $"--image={DebianGuest.Disk}",
                .. DebianGuest.KernelArguments.Except([DebianGuest.NoCloudInit]),
            ]);
        var ended = await run.End(DebianGuest.Bound);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains($"vmtest: {Scratch.Mark} made", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_credential_that_is_too_large_for_SMBIOS_arrives_by_fw_cfg()
    {
        var large = Scratch.Text("large", "first line\n" + new string('x', 100_000));
        var ended = await Run(QemuKind.Distribution, Guest(
            "report,show=/sys/firmware/qemu_fw_cfg/by_name/opt/io.systemd.credentials/large/raw,poweroff",
            $"--load-credential=large:{large}", "--set-credential=small:value"));
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("/large/raw first line\n", ended.Output, StringComparison.Ordinal);
        Assert.Contains("io.systemd.credential.binary:small=" + Convert.ToBase64String("value"u8), GuestReport.In(ended.Output).OemStrings());
    }
}
