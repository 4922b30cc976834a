using System.Runtime.CompilerServices;
using System.Text.Json;
using Vmspawn.Host;
using Vmspawn.Images;
using Vmspawn.Options;
using Vmspawn.Plan;
using Vmspawn.Plan.Print;
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
    [InlineData("vsock-of-the-kernel", true, "-M", "vm")]
    [InlineData("vsock-in-user-space", false, "-M", "vm", "--ssh-key-type=ecdsa", "--set-credential=ssh.ephemeral-authorized_keys-all:mine")]
    [InlineData("ssh-through-the-network", false, "-M", "vm", "--vsock=no", "--network-user-mode")]
    public void A_vsock_takes_the_third_port_and_the_guest_gets_the_notify_address_and_the_SSH_key(string name, bool hasKernels, params string[] args)
    {
        using var inventory = new GoldenInventory { HasVhostVsock = hasKernels, Programs = ["vhost-device-vsock", "ssh-keygen"] };
        args = ["-i", "IMAGES/root.raw", "--firmware=bios", .. args];
        var (plan, problems) = inventory.Plan(args, null);
        Assert.Empty(problems);
        // The host's free port is another one each time.
        var text = inventory.Print(plan!).Replace($"{plan!.Ssh!.Port}-:2222", "PORT-:2222", StringComparison.Ordinal);
        Compare(name, $"vmspawn {string.Join(' ', args)}\n\n{text}");
        Assert.Equal(args.Contains("--ssh-key-type=ecdsa") ? ["ecdsa", "ecdsa.pub"] : ["ed25519", "ed25519.pub"], plan.Files.Select(file => file.Name));
    }

    [Theory]
    [InlineData(true, "--network-user-mode", "--cloud-init")]
    [InlineData(false, "--network-user-mode")]
    [InlineData(false, "--cloud-init")]
    public void With_cloud_init_ssh_goes_through_the_network_where_there_is_one(bool byNetwork, params string[] args)
    {
        using var inventory = new GoldenInventory { HasVhostVsock = true, Programs = ["ssh-keygen"] };
        var (plan, problems) = inventory.Plan(["-i", "IMAGES/root.raw", "--firmware=bios", .. args], null);
        Assert.Empty(problems);
        Assert.Equal(byNetwork ? SshWay.Loopback : SshWay.Vsock, plan!.Ssh!.Way);
        Assert.Equal(byNetwork, inventory.Print(plan).Contains($"{plan.Ssh.Port}-:22", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("graphics-in-a-window", "DISPLAY", "sdl,gtk")]
    [InlineData("graphics-by-vnc", "NOTHING", "gtk")]
    public void A_graphical_console_has_a_window_on_a_desktop_and_VNC_elsewhere(string name, string variable, string displays)
    {
        using var inventory = new GoldenInventory
        {
            Displays = displays.Split(','), Drivers = ["virtio-vga", "VGA"], Environment = new Dictionary<string, string> { [variable] = ":0" },
        };
        string[] args = ["-i", "IMAGES/root.raw", "--firmware=bios", "--console=gui"];
        var (plan, problems) = inventory.Plan(args, null);
        Assert.Empty(problems);
        Compare(name, $"vmspawn {string.Join(' ', args)}\n\n{inventory.Print(plan!)}\n{string.Join('\n', plan!.Notices)}\n");
    }

    [Fact]
    public void Without_a_toolkit_the_reason_for_VNC_names_the_package()
    {
        using var inventory = new GoldenInventory { Drivers = ["VGA"], Environment = new Dictionary<string, string> { ["WAYLAND_DISPLAY"] = "wayland-0" } };
        var (plan, _) = inventory.Plan(["-i", "IMAGES/root.raw", "--firmware=bios", "--qemu-gui", "-M", "vm"], null);
        Assert.Equal(
            "the guest's screen is shown by VNC, since /usr/bin/qemu-system-x86_64 has neither GTK nor SDL (Debian: qemu-system-gui): vncviewer /run/user/1000/systemd/vmspawn/vm/vnc",
            Assert.Single(plan!.Notices));
        Assert.Contains("VGA,id=vmspawn-graphics", string.Join(' ', plan.Arguments), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-display egl-headless")]
    [InlineData("--vnc :5")]
    public void A_display_among_the_users_arguments_is_the_only_one(string extra)
    {
        using var inventory = new GoldenInventory { Displays = ["gtk"], Drivers = ["VGA"], Environment = new Dictionary<string, string> { ["DISPLAY"] = ":0" } };
        var (plan, _) = inventory.Plan(["-i", "IMAGES/root.raw", "--firmware=bios", "--console=gui"], extra);
        Assert.Equal(extra.Split(' ')[0], Assert.Single(plan!.Arguments, word => word.TrimStart('-') is "display" or "vnc"));
    }

    [Fact]
    public void A_graphical_console_without_card_window_and_VNC_is_refused_with_the_reason()
    {
        using var bare = new GoldenInventory();
        var (_, problems) = bare.Plan(["-i", "IMAGES/root.raw", "--firmware=bios", "--console=gui"], null);
        Assert.Equal("/usr/bin/qemu-system-x86_64 has none of the graphics cards virtio-vga, VGA", Assert.Single(problems).Text);
        using var blind = new GoldenInventory { Drivers = ["VGA"], HasVnc = false };
        (_, problems) = blind.Plan(["-i", "IMAGES/root.raw", "--firmware=bios", "--console=gui"], null);
        Assert.Equal(
            "there is no window, since neither $DISPLAY nor $WAYLAND_DISPLAY is set, and /usr/bin/qemu-system-x86_64 is built without a VNC server",
            Assert.Single(problems).Text);
    }

    [Fact]
    public void A_context_id_is_the_names_own_and_another_when_that_is_taken()
    {
        using var free = new GoldenInventory { HasVhostVsock = true };
        string[] args = ["-i", "IMAGES/root.raw", "--firmware=bios", "-M", "vm"];
        var own = free.Plan(args, null).Plan!.Vsock!.Cid;
        using var taken = new GoldenInventory { HasVhostVsock = true, TakenCids = [own] };
        Assert.NotEqual(own, taken.Plan(args, null).Plan!.Vsock!.Cid);
        var (_, problems) = taken.Plan([.. args, $"--vsock-cid={own}"], null);
        Assert.Equal(("vsock-cid-taken", $"--vsock-cid={own}"), (Assert.Single(problems).Code, problems[0].Subject));
        Assert.Equal(7u, taken.Plan([.. args, "--vsock-cid=7"], null).Plan!.Vsock!.Cid);
    }

    [Theory]
    [InlineData("--vsock=yes", "/dev/vhost-vsock cannot be opened, and vhost-device-vsock is not installed")]
    [InlineData("--vsock=user", "vhost-device-vsock is not installed")]
    public void A_vsock_that_is_required_but_not_available_is_refused_with_all_reasons(string option, string why)
    {
        using var inventory = new GoldenInventory();
        var (_, problems) = inventory.Plan(["-i", "IMAGES/root.raw", "--firmware=bios", option], null);
        Assert.Equal((option, why), (Assert.Single(problems).Subject, problems[0].Text));
        Assert.Null(inventory.Plan(["-i", "IMAGES/root.raw", "--firmware=bios"], null).Plan!.Vsock);
    }

    [Theory]
    [InlineData("journal-over-a-vsock-in-user-space", false, "--forward-journal-max-use=1T", "--forward-journal-keep-free=1G", "--forward-journal-max-files=5", "--forward-journal-max-files=")]
    [InlineData("journal-over-the-kernels-vsock", true, "--forward-journal-max-file-size=4G", "--forward-journal-max-files=1")]
    public void The_journal_is_received_by_a_helper_whose_address_the_guest_gets(string name, bool hasKernels, params string[] args)
    {
        using var inventory = new GoldenInventory { HasVhostVsock = hasKernels, Programs = ["vhost-device-vsock", "systemd-journal-remote"] };
        args = ["-i", "IMAGES/root.raw", "--firmware=bios", "-M", "vm", "--hotplug-ports=0", "--forward-journal=IMAGES/vm.journal", .. args];
        var (plan, problems) = inventory.Plan(args, null);
        Assert.Empty(problems);
        Compare(name, $"vmspawn {string.Join(' ', args)}\n\n{inventory.Print(plan!)}");
    }

    [Fact]
    public void A_journal_that_cannot_be_forwarded_or_stored_is_refused_with_all_reasons()
    {
        using var inventory = new GoldenInventory();
        var (_, problems) = inventory.Plan(["-i", "IMAGES/root.raw", "--firmware=bios", "--forward-journal=/nowhere/vm.journal", "--set-credential=journal.forward_to_socket:x"], null);
        Assert.Equal(["journal-remote-missing", "journal-without-vsock", "journal-place", "journal-twice"], problems.Select(problem => problem.Code));
        (_, problems) = inventory.Plan(["-i", "IMAGES/root.raw", "--forward-journal-max-files=2"], null);
        Assert.Equal("journal-limits-without-journal", Assert.Single(problems).Code);
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

    [Fact]
    public void A_notify_address_that_the_user_gives_the_guest_replaces_the_one_of_vmspawn()
    {
        using var inventory = new GoldenInventory { HasVhostVsock = true };
        var plan = inventory.Plan(["-i", "IMAGES/root.raw", "--firmware=bios", "--set-credential=vmm.notify_socket:vsock-stream:2:1"], null).Plan!;
        Assert.Null(plan.Vsock!.NotifyPort);
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
    public void Every_form_of_the_plan_shows_what_runs_beside_QEMU()
    {
        using var inventory = new GoldenInventory { Programs = ["swtpm"] };
        var plan = inventory.Plan(["-M", "vm", "--linux=IMAGES/vmlinuz", "--firmware=none"], null).Plan!;
        Assert.EndsWith(
            "\nBeside QEMU:\n  swtpm (the TPM, its state in /run/user/1000/systemd/vmspawn/vm/tpm)\n", PlanText.Tree(plan), StringComparison.Ordinal);

        var commands = PlanText.Commands(plan).Split("\n\n");
        Assert.Equal(2, commands.Length);
        Assert.StartsWith("/usr/bin/swtpm\nsocket\n", commands[0], StringComparison.Ordinal);
        Assert.StartsWith("/usr/bin/qemu-system-x86_64\n-name\nvm\n", commands[1], StringComparison.Ordinal);

        using var json = JsonDocument.Parse(JsonText.Of(writer => PlanJson.Write(plan, writer)));
        var helper = json.RootElement.GetProperty("helpers")[0];
        var slots = helper.GetProperty("descriptors").EnumerateArray().Select(slot => slot.GetProperty("kind").GetString());
        Assert.Equal(("/usr/bin/swtpm", "socket tpm-state"), (helper.GetProperty("program").GetString(), string.Join(' ', slots)));
    }

    [Fact]
    public void Every_form_for_people_and_programs_shows_which_files_are_grown_and_made()
    {
        using var inventory = new GoldenInventory();
        var plan = inventory.Plan(["-i", "IMAGES/root.raw", "-G", "3M", "--firmware=bios"], null).Plan! with
        {
            Children = [new ChildImagePlan("/child.qcow2", 512, new TemplateFacts("/base.raw", ImageFormat.Raw, default))],
        };
        var growth = Assert.Single(plan.Growths);
        Assert.EndsWith(
            $"\nBefore it starts:\n  {growth.Path} is grown to 3145728 bytes\n  /child.qcow2 is made, a child of /base.raw\n", PlanText.Tree(plan), StringComparison.Ordinal);

        using var json = JsonDocument.Parse(JsonText.Of(writer => PlanJson.Write(plan, writer)));
        Assert.Equal(3145728, json.RootElement.GetProperty("growths")[0].GetProperty("size").GetInt64());
        Assert.Equal("/base.raw", json.RootElement.GetProperty("children")[0].GetProperty("template").GetString());
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
