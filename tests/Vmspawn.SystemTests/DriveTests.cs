using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Disks: what the guest sees of them and what its writes do to the host's files.</summary>
public sealed class DriveTests : VmTest
{
    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_guests_write_is_in_the_raw_image_afterwards(QemuKind qemu)
    {
        var image = Scratch.Raw("disk");
        await Succeed(qemu, "write=vda:4096:kept,poweroff", $"--image={image}");
        Assert.Equal("kept", TextAt(image, 4096));
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Ephemeral_writes_over_all_of_an_image_survive_a_reboot_and_change_no_byte_of_it(QemuKind qemu)
    {
        const int size = 8 << 20;
        var root = Scratch.Own("root");
        await File.WriteAllBytesAsync(root, RandomNumberGenerator.GetBytes(size));
        var extra = Scratch.Raw("extra");
        var kept = Scratch.Raw("kept");
        var (rootBefore, extraBefore) = (Hash(root), Hash(extra));
        var console = await Succeed(
            qemu,
            "sum=vda,fill=vda,boots=vdb,write=vdb:8192:extra,reboot-once=vdb,read=vdb:8192:64,write=vdc:4096:stays,poweroff",
            "--ephemeral", $"--image={root}", $"--extra-drive={extra}", $"--extra-drive=persist:{kept}");
        Assert.Contains($"vmtest: sum vda {rootBefore}", console, StringComparison.Ordinal);
        Assert.Contains("vmtest: boot 2", console, StringComparison.Ordinal);
        Assert.Contains($"vmtest: sum vda {Hash(Filled(size))}", console, StringComparison.Ordinal);
        Assert.Contains("vmtest: read vdb:8192:64 extra", console, StringComparison.Ordinal);
        Assert.Equal((rootBefore, extraBefore), (Hash(root), Hash(extra)));
        Assert.Equal("stays", TextAt(kept, 4096));
    }

    private static string Hash(string path) => Hash(File.ReadAllBytes(path));

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Filled(int size) =>
        [.. Enumerable.Repeat("vmtest\n"u8.ToArray(), (size / 7) + 1).SelectMany(line => line).Take(size)];

    [Fact]
    public async Task A_kernel_gets_the_root_partition_of_the_disk_unless_the_user_gives_one()
    {
        var disk = Scratch.Raw("disk");
        var script = Scratch.Text("script", "label: gpt\nsize=1MiB, type=4f68bce3-e8cd-4db1-96e7-fbcaf984b709, uuid=0b7a6f5e-1111-2222-3333-444455556666\n");
        RunTool("sh", "-c", $"/usr/sbin/sfdisk -q '{disk}' <'{script}'");
        var told = GuestReport.In(await Succeed(QemuKind.Distribution, "report,poweroff", $"--image={disk}"));
        Assert.Contains("root=PARTUUID=0b7a6f5e-1111-2222-3333-444455556666", told.CommandLine.Split(' '));
        var console = await Succeed(QemuKind.Distribution, "report,poweroff", $"--image={disk}", "root=/dev/vda1");
        Assert.DoesNotContain("PARTUUID", GuestReport.In(console).CommandLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tmpfs", "in memory")]
    [InlineData("overlay", "MiB free")]
    public async Task Without_room_for_an_overlay_nothing_is_started_and_each_place_is_named(string system, string reason)
    {
        // An overlay mount is no file system in memory by its name, but has only the room of what is below.
        const string script = """
            set -e
            images=$1 temporary=$2 system=$3
            shift 3
            mount -t tmpfs -o size=8M small "$temporary"
            mkdir "$temporary/up" "$temporary/work"
            for place in "$images" /var/tmp; do
                case $system in
                    tmpfs) mount --bind "$temporary/up" "$place" ;;
                    overlay)
                        mkdir -p "$temporary/$place/up" "$temporary/$place/work"
                        mount -t overlay -o "lowerdir=$place,upperdir=$temporary/$place/up,workdir=$temporary/$place/work" small "$place" ;;
                esac
            done
            touch "$images/disk"
            truncate -s 4M "$images/disk"
            exec "$@"
            """;
        using var run = VmspawnRun.StartProgram(
            "/usr/bin/unshare",
            new Dictionary<string, string?>(),
            Scratch,
            QemuKind.Distribution,
            ["--mount", "sh", "-c", script, "sh", Scratch.Images, Scratch.Temporary, system, Prepared.Binary,
                .. Guest("poweroff", "--ephemeral", $"--image={Path.Combine(Scratch.Images, "disk")}")]);
        var ended = await run.End(ShortBound);
        Assert.True(ended.Status == 1, ended.ToString());
        Assert.Contains("no place for what the guest writes", ended.Error, StringComparison.Ordinal);
        foreach (var place in (string[])[Scratch.Images, Scratch.Temporary, "/var/tmp"])
            Assert.Contains($"{place}: ", ended.Error, StringComparison.Ordinal);
        Assert.Contains(reason, ended.Error, StringComparison.Ordinal);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task An_ephemeral_overlay_lies_on_a_disk_beside_the_image_never_in_memory(QemuKind qemu)
    {
        using var run = VmspawnRun.Start(
            Scratch, qemu, Guest("write=vda:4096:x,mark=written,sleep=3,poweroff", "--ephemeral", $"--image={Scratch.Raw("root")}"));
        await run.Output.WaitFor("vmtest: mark written", GuestBound);
        var files = Processes.Descriptors(run.Qemu).Values.Where(path => path.StartsWith('/')).ToList();
        Assert.DoesNotContain(files, path => path.StartsWith("/dev/shm", StringComparison.Ordinal));
        // An unnamed file shows as its folder and "#inode (deleted)".
        Assert.Contains(files, path => path.StartsWith(Scratch.Images, StringComparison.Ordinal)
            && path.EndsWith(" (deleted)", StringComparison.Ordinal));
        Assert.Equal(0, (await run.End(GuestBound)).Status);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Each_disk_type_shows_with_its_file_name_as_serial(QemuKind qemu)
    {
        const string longName = "a-name-longer-than-twenty-characters.raw";
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(longName)));
        var report = GuestReport.In(await Succeed(
            qemu,
            "report,poweroff",
            $"--image={Scratch.Raw(longName)}",
            $"--extra-drive=virtio-blk:{Scratch.Raw("blk")}",
            $"--extra-drive=nvme:{Scratch.Raw("nvme disk")}",
            $"--extra-drive=virtio-scsi:{Scratch.Raw("scsi")}",
            $"--extra-drive=virtio-scsi:{Scratch.Raw("thirty-characters-fit-a-scsi-id")}",
            $"--extra-drive=scsi-cd:{Scratch.Raw("cd")}"));
        Assert.StartsWith("vd", report.Block(hash[..20]).Name, StringComparison.Ordinal);
        Assert.StartsWith("vd", report.Block("blk").Name, StringComparison.Ordinal);
        Assert.StartsWith("nvme", report.Block("nvme disk").Name, StringComparison.Ordinal);
        Assert.StartsWith("sd", report.Block("scsi").Name, StringComparison.Ordinal);
        // Linux shows no serial of a CD drive.
        Assert.Contains(report.Blocks, block => block.Name.StartsWith("sr", StringComparison.Ordinal));
        var tooLongForScsi = Convert.ToHexStringLower(SHA256.HashData("thirty-characters-fit-a-scsi-id"u8));
        Assert.StartsWith("sd", report.Block(tooLongForScsi[..30]).Name, StringComparison.Ordinal);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_cd_cannot_be_written(QemuKind qemu)
    {
        var cd = Scratch.Raw("cd");
        var console = await Succeed(qemu, "write=sr0:4096:x,poweroff", $"--extra-drive=scsi-cd:{cd}");
        Assert.Contains("vmtest: write failed", console, StringComparison.Ordinal);
        Assert.All(File.ReadAllBytes(cd), value => Assert.Equal(0, value));
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_qcow2_image_is_read_and_written_through_its_format(QemuKind qemu)
    {
        var image = Scratch.Own("disk.qcow2");
        RunTool("qemu-img", "create", "-q", "-f", "qcow2", image, "64M");
        var console = await Succeed(
            qemu, "report,write=vda:33554432:deep,reboot-once=vda,read=vda:33554432:64,poweroff",
            "--image-format=qcow2", $"--image={image}");
        Assert.Equal((64 << 20) / 512, GuestReport.In(console).Block("disk.qcow2").Sectors);
        Assert.Contains("vmtest: read vda:33554432:64 deep", console, StringComparison.Ordinal);
        Assert.InRange(new FileInfo(image).Length, 1, 8 << 20);
    }

    [Theory]
    [InlineData(QemuKind.Distribution, "yes", false), InlineData(QemuKind.Sid, "yes", false)]
    [InlineData(QemuKind.Distribution, "no", true), InlineData(QemuKind.Sid, "no", true)]
    public async Task A_discard_gives_blocks_back_unless_it_is_off(QemuKind qemu, string discard, bool stays)
    {
        var image = Scratch.Own("disk");
        await File.WriteAllBytesAsync(image, Enumerable.Repeat((byte)0xaa, 4 << 20).ToArray());
        await Succeed(qemu, "discard=vda:1048576:1048576,poweroff", $"--image={image}", $"--discard-disk={discard}");
        Assert.Equal(stays, File.ReadAllBytes(image).AsSpan(1 << 20, 1 << 20).IndexOf((byte)0) < 0);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_grown_image_is_larger_in_the_guest_and_never_shrinks(QemuKind qemu)
    {
        var image = Scratch.Raw("disk", 4 << 20);
        var grown = GuestReport.In(await Succeed(qemu, "report,poweroff", $"--image={image}", "--grow-image=8M"));
        Assert.Equal((8 << 20) / 512, grown.Block("disk").Sectors);
        var kept = GuestReport.In(await Succeed(qemu, "report,poweroff", $"--image={image}", "--grow-image=2M"));
        Assert.Equal((8 << 20) / 512, kept.Block("disk").Sectors);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_boot_sector_runs_under_bios_and_its_power_off_is_status_zero(QemuKind qemu)
    {
        var ended = await Run(
            qemu, "--user", "--kvm=no", "--firmware=bios", "--console=read-only", "--tpm=no", $"--image={BootSector.Write(Scratch)}");
        Assert.True(ended.Status == 0, ended.ToString());
    }

    private async Task<string> Succeed(QemuKind qemu, string words, params string[] options)
    {
        var ended = await Run(qemu, Guest(words, options));
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("vmtest: poweroff", ended.Output, StringComparison.Ordinal);
        return ended.Output;
    }

    private static string TextAt(string path, int at)
    {
        var bytes = File.ReadAllBytes(path).AsSpan(at);
        return Encoding.UTF8.GetString(bytes[..bytes.IndexOf((byte)'\n')]);
    }

    private static void RunTool(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
