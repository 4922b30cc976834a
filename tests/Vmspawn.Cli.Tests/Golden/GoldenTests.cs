using System.Runtime.CompilerServices;
using Vmspawn.Plan;
using Vmspawn.Qemu;
using Vmspawn.Spec;

namespace Vmspawn.Cli.Tests.Golden;

/// <summary>Whole command lines and the QEMU command they become, in <c>lines/</c>. UPDATE_GOLDEN=1 rewrites the files.</summary>
public class GoldenTests
{
    [Theory]
    [InlineData("minimal", null, "-i", "IMAGES/root.raw", "--firmware=bios")]
    [InlineData("qcow2-nvme", null, "-i", "IMAGES/root.qcow2", "--image-format=qcow2", "--image-disk-type=nvme", "--firmware=bios", "--discard-disk=no")]
    [InlineData("ephemeral-with-drives", null, "-x", "-i", "IMAGES/root.raw", "--extra-drive=nvme:IMAGES/data.raw", "--firmware=bios", "-M", "throwaway")]
    [InlineData("scsi-shares-a-controller", null, "-i", "IMAGES/root.raw", "--image-disk-type=virtio-scsi", "--extra-drive=IMAGES/data.raw", "--extra-drive=scsi-cd:IMAGES/cd.iso", "--firmware=bios")]
    [InlineData("mixed-with-network", null, "-i", "IMAGES/root.raw", "--extra-drive=nvme:IMAGES/data.raw", "--extra-drive=virtio-scsi:IMAGES/more data.raw", "--network-user-mode", "--firmware=bios", "--cpus=2", "--ram=512M")]
    [InlineData("three-network-cards", null, "-i", "IMAGES/root.raw", "--firmware=bios", "-M", "a-machine-of-three", "--publish=127.0.0.1:20123:22", "--network-user-mode", "--network-bridge=lo", "--hotplug-ports=0", "-n")]
    [InlineData("kernel-and-two-initrds", null, "--linux=IMAGES/vmlinuz", "--initrd=IMAGES/one.cpio", "--initrd=IMAGES/two.cpio", "--firmware=none", "-M", "direct", "quiet", "systemd.unit=rescue.target")]
    [InlineData("credentials-and-strings", null, "-i", "IMAGES/root.raw", "--firmware=bios", "--set-credential=secret:top\\nsecret", "-s", "a,b=c", "--uuid=0b7a6f5e-1111-2222-3333-444455556666", "console.arg=1")]
    [InlineData("native-console", null, "-i", "IMAGES/root.raw", "--firmware=bios", "--console=native")]
    [InlineData("headless-without-spares", null, "-i", "IMAGES/root.raw", "--firmware=bios", "--console=headless", "--hotplug-ports=0", "--qemu-sandbox=no")]
    [InlineData("serial-console", null, "-i", "IMAGES/root.raw", "--firmware=bios", "--console=read-only", "--console-transport=serial", "--kvm=no")]
    [InlineData("extras-with-a-fixed-address", "-drive if=none,id=d,file=/srv/x.img -device nvme,drive=d,serial='a b/c',addr=1.0 -device nvme,drive=d,serial=e", "-i", "IMAGES/root.raw", "--firmware=bios")]
    [InlineData("grown-image", null, "-i", "IMAGES/root.raw", "-G", "3M", "--firmware=bios", "--hotplug-ports=1")]
    [InlineData("cloud-init-seed", null, "-i", "IMAGES/root.raw", "--image-disk-type=virtio-scsi", "--uuid=0b7a6f5e-1111-2222-3333-444455556666", "--firmware=bios", "--cloud-init", "console.arg=1")]
    [InlineData("packed-layout", null, "-i", "IMAGES/root.raw", "--extra-drive=IMAGES/data.raw", "--extra-drive=IMAGES/cd.iso", "--pcie-layout=packed", "--firmware=bios", "--hotplug-ports=2")]
    [InlineData("uefi-disk", null, "-i", "IMAGES/root.raw")]
    [InlineData("uefi-secure-boot-ephemeral", null, "-x", "-i", "IMAGES/root.raw", "--secure-boot=yes", "--firmware-features=enrolled-keys", "-M", "throwaway")]
    [InlineData("uefi-variables-elsewhere", null, "-i", "IMAGES/root.raw", "--firmware=IMAGES/firmware/60-plain.json", "--efi-nvram-template=IMAGES/firmware/keys.fd", "--efi-nvram-state=IMAGES/vars")]
    [InlineData("uefi-stateless", null, "-i", "IMAGES/root.raw", "--firmware-features=stateless", "--efi-nvram-state=off")]
    [InlineData("uefi-combined", null, "-i", "IMAGES/root.raw", "--firmware-features=combined")]
    [InlineData("uefi-combined-ephemeral", null, "-x", "-i", "IMAGES/root.raw", "--firmware-features=combined", "-M", "throwaway")]
    [InlineData("uefi-in-memory", null, "-i", "IMAGES/root.raw", "--firmware-features=memory")]
    [InlineData("uefi-kernel", null, "--linux=IMAGES/linux.efi", "--initrd=IMAGES/one.cpio", "quiet")]
    public void A_command_line_becomes_the_command_of_its_golden_file(string name, string? extra, params string[] args)
    {
        using var inventory = new GoldenInventory();
        var (plan, problems) = inventory.Plan(args, extra);
        Assert.Empty(problems);
        Compare(name, $"vmspawn {string.Join(' ', args)}\n\n{inventory.Print(plan!)}");
    }

    [Theory]
    [InlineData("tpm-beside-the-image", "-i", "IMAGES/root.raw", "--firmware=bios")]
    [InlineData("tpm-forgotten", "-i", "IMAGES/root.raw", "-x", "-M", "throwaway", "--firmware=bios", "--tpm=yes")]
    public void With_swtpm_installed_there_is_a_TPM(string name, params string[] args)
    {
        using var inventory = new GoldenInventory { Programs = ["swtpm", "swtpm_setup", "swtpm_localca"] };
        var (plan, problems) = inventory.Plan(args, null);
        Assert.Empty(problems);
        Compare(name, $"vmspawn {string.Join(' ', args)}\n\n{inventory.Print(plan!)}");
    }

    [Theory]
    [InlineData("shares-by-virtiofsd-in-rust", "Rust", false, "--bind=IMAGES/tree:/mnt/a b", "--bind-ro=IMAGES/tree:/mnt/c", "--set-credential=fstab.extra:tmpfs /t tmpfs")]
    [InlineData("shares-by-virtiofsd-in-c", "C", true, "--bind=IMAGES/tree:/mnt", "--ram=1G:2G:4")]
    [InlineData("directory-with-a-boot-entry", "Rust", false, "-D", "IMAGES/tree", "--tpm=no", "--bind=IMAGES/tree:/mnt", "--firmware=none", "--private-users=100000", "user.word=1")]
    [InlineData("users-of-the-host", "Rust", true, "--bind=IMAGES/tree:/mnt", "--bind-user=ann", "--bind-user-group=wheel", "--bind-user-shell=/bin/zsh", "--bind-user=bob")]
    [InlineData("directory-by-9p", null, false, "-D", "IMAGES/tree", "--linux=IMAGES/vmlinuz", "--bind-ro=IMAGES/tree:/mnt", "--firmware=none")]
    [InlineData("directory-by-uefi", "Rust", true, "-D", "IMAGES/tree", "--linux=IMAGES/linux.efi", "--extra-drive=IMAGES/data.raw", "--private-users=200000:1000")]
    public void A_share_is_a_helper_with_a_device_and_the_guests_memory_is_shared_with_it(string name, string? kind, bool isRoot, params string[] args)
    {
        using var inventory = new GoldenInventory { Virtiofsd = kind is null ? null : Enum.Parse<VirtiofsdKind>(kind), IsRoot = isRoot };
        if (!args.Contains("-D"))
            args = ["-i", "IMAGES/root.raw", "--firmware=bios", .. args];
        var (plan, problems) = inventory.Plan(args, null);
        Assert.Empty(problems);
        Compare(name, $"vmspawn {string.Join(' ', args)}\n\n{inventory.Print(plan!)}\n{string.Join('\n', plan!.Notices)}\n");
    }

    [Theory]
    [InlineData(8, "kvm,device=/dev/fdset/3"), InlineData(7, "tcg")]
    public void A_KVM_device_that_was_handed_over_is_used_by_a_QEMU_that_can(int major, string accelerator)
    {
        using var inventory = new GoldenInventory { HasPassedKvm = true, Version = new QemuVersion(major, 2, 0) };
        var plan = inventory.Plan(["-i", "IMAGES/root.raw", "--firmware=bios"], null).Plan!;
        Assert.Equal(accelerator, plan.Arguments[plan.Arguments.ToList().IndexOf("-accel") + 1]);
        Assert.Equal(major == 8, plan.Descriptors[0].Source is PassedKvm);
    }

    [Theory]
    [InlineData("arm64-kernel", "aarch64", "--cpus=12", "-i", "IMAGES/root.raw")]
    [InlineData("riscv64-kernel", "riscv64", "--console=read-only", "--console-transport=serial")]
    public void Another_architecture_has_its_own_board_processor_and_UART(string name, string architecture, params string[] args)
    {
        using var inventory = new GoldenInventory { Platform = Platform.Of(ArchitectureText.Parse(architecture).Value!.Value)! };
        args = [$"--arch={architecture}", "-M", "foreign", "--linux=IMAGES/vmlinuz", "--firmware=none", .. args];
        var (plan, problems) = inventory.Plan(args, null);
        Assert.Empty(problems);
        Compare(name, $"vmspawn {string.Join(' ', args)}\n\n{inventory.Print(plan!)}");
    }

    [Fact]
    public void Where_QEMU_makes_no_SMBIOS_tables_strings_for_them_are_refused()
    {
        using var inventory = new GoldenInventory { Platform = Platform.RiscV64 };
        var (_, problems) = inventory.Plan(["-M", "vm", "--linux=IMAGES/vmlinuz", "--firmware=none", "-s", "text"], null);
        Assert.Equal("no-smbios", Assert.Single(problems).Code);
    }

    [Fact]
    public void Without_UEFI_a_notice_says_that_a_guest_of_arm64_may_not_see_SMBIOS_strings()
    {
        using var inventory = new GoldenInventory { Platform = Platform.Arm64 };
        var plan = inventory.Plan(["-M", "vm", "--linux=IMAGES/vmlinuz", "--firmware=none", "-s", "text", "--uuid=0b7a6f5e-1111-2222-3333-444455556666"], null).Plan!;
        Assert.Contains("--smbios11=, --uuid=", Assert.Single(plan.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public void An_ephemeral_machines_overlay_is_larger_and_its_image_stays_as_it_is()
    {
        using var inventory = new GoldenInventory();
        var plan = inventory.Plan(["-i", "IMAGES/root.raw", "-x", "-G", "3000001", "--firmware=bios"], null).Plan!;
        Assert.Empty(plan.Growths);
        var overlay = Assert.Single(plan.Descriptors, descriptor => descriptor.Source is AnonymousOverlay);
        Assert.Equal(3000320, ((AnonymousOverlay)overlay.Source).VirtualSize);
        var smaller = inventory.Plan(["-i", "IMAGES/root.raw", "-x", "-G", "1", "--firmware=bios"], null).Plan!;
        Assert.Equal(1 << 20, ((AnonymousOverlay)smaller.Descriptors.Single(descriptor => descriptor.Source is AnonymousOverlay).Source).VirtualSize);
    }

    [Fact]
    public void Where_the_kernel_grants_io_uring_every_file_of_a_disk_uses_it()
    {
        using var inventory = new GoldenInventory { HasIoUring = true };
        string[] args = ["-x", "-i", "IMAGES/root.raw", "--extra-drive=persist:qcow2:nvme:IMAGES/root.qcow2", "--firmware=bios", "-M", "throwaway"];
        Compare("io-uring-with-a-drive-that-persists", $"vmspawn {string.Join(' ', args)}\n\n{inventory.Print(inventory.Plan(args, null).Plan!)}");
    }

    [Fact]
    public void The_same_command_line_becomes_the_same_command_twice()
    {
        using var inventory = new GoldenInventory();
        string[] args = ["-i", "IMAGES/root.raw", "--extra-drive=nvme:IMAGES/data.raw", "--network-user-mode", "--firmware=bios"];
        Assert.Equal(inventory.Print(inventory.Plan(args, null).Plan!), inventory.Print(inventory.Plan(args, null).Plan!));
    }

    internal static void Compare(string name, string actual, [CallerFilePath] string source = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(source)!, "lines", $"{name}.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, actual);
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
