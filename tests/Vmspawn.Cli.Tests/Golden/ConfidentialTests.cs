using Vmspawn.Host;
using Vmspawn.Plan;
using Vmspawn.Plan.Print;

namespace Vmspawn.Cli.Tests.Golden;

/// <summary>Confidential guests, on a host that has them only here.</summary>
public class ConfidentialTests
{
    private static readonly ConfidentialHost Able = new("Y", "Y", DeviceAccess.Open, 51, null);

    private static GoldenInventory Inventory(ConfidentialHost? host = null, bool hasKvm = true, bool hasFirmware = true)
    {
        var inventory = new GoldenInventory
        {
            Confidential = host ?? Able,
            Objects = ["sev-snp-guest", "tdx-guest"],
            HasKvm = hasKvm,
            Drivers = ["vmgenid"],
            Programs = ["swtpm", "swtpm_setup", "swtpm_localca"],
        };
        if (hasFirmware)
            inventory.InstallConfidentialFirmware();
        return inventory;
    }

    [Theory]
    [InlineData("sev-snp-kernel", "--coco=sev-snp", "--linux=IMAGES/linux.efi", "--initrd=IMAGES/one.cpio", "--tpm=no", "--set-credential=foo:bar", "-s", "text", "quiet")]
    [InlineData("sev-snp-without-initrd", "--coco=sev-snp", "--linux=IMAGES/linux.efi", "-i", "IMAGES/root.raw", "--tpm=no", "--set-credential=foo:bar")]
    [InlineData("tdx-disk", "--coco=tdx", "--secure-boot=yes", "-i", "IMAGES/root.raw", "--tpm=no", "--set-credential=foo:bar", "quiet")]
    [InlineData("tdx-stateless-flash", "--coco=tdx", "--firmware=IMAGES/firmware/95-flash.json", "--linux=IMAGES/linux.efi", "--initrd=IMAGES/one.cpio", "--tpm=no")]
    public void A_confidential_guest_has_its_object_and_firmware_in_memory_and_gets_no_data_that_is_not_measured(string name, params string[] args)
    {
        using var inventory = Inventory();
        inventory.InstallStatelessFlash("95-flash", "raw", "intel-tdx");
        args = ["-M", "secret", .. args];
        var (plan, problems) = inventory.Plan(args, null);
        Assert.Empty(problems);
        GoldenTests.Compare(name, $"vmspawn {string.Join(' ', args)}\n\n{inventory.Print(plan!)}");
    }

    [Fact]
    public void Reports_are_signed_by_the_service_whose_socket_is_there()
    {
        using var inventory = Inventory(Able with { QuoteSocket = "/run/tdx-qgs/qgs.socket" });
        var plan = inventory.Plan(["-M", "vm", "--coco=tdx", "--secure-boot=yes", "-i", "IMAGES/root.raw"], null).Plan!;
        Assert.Contains("""{"qom-type":"tdx-guest","id":"vmspawn-confidential","quote-generation-socket":{"type":"unix","path":"/run/tdx-qgs/qgs.socket"}}""", plan.Arguments);
    }

    [Fact]
    public void The_position_of_the_encryption_bit_is_that_of_the_processor()
    {
        using var inventory = Inventory(Able with { EncryptionBit = 47 });
        var plan = inventory.Plan(["-M", "vm", "--coco=sev-snp", "--linux=IMAGES/linux.efi"], null).Plan!;
        Assert.Contains("sev-snp-guest,id=vmspawn-confidential,cbitpos=47,reduced-phys-bits=1,kernel-hashes=on", plan.Arguments);
    }

    [Fact]
    public void A_KVM_device_that_was_handed_over_keeps_its_irqchip_outside_too()
    {
        using var inventory = new GoldenInventory { Confidential = Able, Objects = ["tdx-guest"], HasPassedKvm = true, Version = new(11, 1, 0) };
        inventory.InstallConfidentialFirmware();
        var plan = inventory.Plan(["-M", "vm", "--coco=tdx", "--secure-boot=yes", "-i", "IMAGES/root.raw"], null).Plan!;
        Assert.Contains("kvm,kernel-irqchip=split,device=/dev/fdset/3", plan.Arguments);
    }

    [Theory]
    [InlineData("--tpm=yes", true), InlineData("--tpm=no", false)]
    public void A_notice_says_that_a_confidential_guest_must_not_trust_its_TPM(string option, bool isTold)
    {
        using var inventory = Inventory();
        Assert.NotNull(inventory.Plan(["-M", "vm", "--coco=sev-snp", "--linux=IMAGES/linux.efi", option], null).Plan);
        Assert.Equal(isTold, inventory.Notices.Any(notice => notice.Contains("must not trust its TPM", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_credential_that_no_measured_way_holds_is_refused()
    {
        using var inventory = Inventory();
        var (_, problems) = inventory.Plan(["-M", "vm", "--coco=tdx", "--secure-boot=yes", "-i", "IMAGES/root.raw", $"--set-credential=foo:{new string('x', 50_000)}"], null);
        Assert.Equal(("credential-place", "credential foo"), (Assert.Single(problems).Code, problems[0].Subject));
    }

    [Theory]
    [InlineData("confidential-without-kvm", "--kvm=no")]
    [InlineData("confidential-architecture", "--arch=arm64")]
    [InlineData("confidential-firmware", "--firmware=bios")]
    [InlineData("confidential-firmware", "--firmware=none")]
    [InlineData("confidential-variables", "--efi-nvram-template=/t")]
    [InlineData("confidential-variables", "--efi-nvram-state=/s")]
    public void What_does_not_go_with_it_is_wrong_usage(string code, string option)
    {
        foreach (var coco in new[] { "--coco=sev-snp", "--coco=tdx" })
        {
            using var inventory = Inventory();
            var problem = Assert.Single(inventory.Plan(["-M", "vm", "--linux=IMAGES/linux.efi", coco, option], null).Problems);
            Assert.Equal((code, coco, ProblemKind.Usage), (problem.Code, problem.Subject, problem.Kind));
        }
    }

    [Fact]
    public void SEV_SNP_measures_only_a_kernel_that_is_started_directly()
    {
        using var inventory = Inventory();
        var problem = Assert.Single(inventory.Plan(["-i", "IMAGES/root.raw", "--coco=sev-snp"], null).Problems);
        Assert.Equal(("confidential-without-kernel", ProblemKind.Usage), (problem.Code, problem.Kind));
    }

    [Fact]
    public void A_kernel_that_firmware_cannot_start_is_refused()
    {
        using var inventory = Inventory();
        Assert.Contains("kernel-not-pe", inventory.Plan(["-M", "vm", "--coco=sev-snp", "--linux=IMAGES/vmlinuz"], null).Problems.Select(problem => problem.Code));
    }

    [Theory]
    [InlineData("--coco=sev-snp", "there is no /sys/module/kvm_amd/parameters/sev_snp", null, null, DeviceAccess.Missing)]
    [InlineData("--coco=tdx", "there is no /sys/module/kvm_intel/parameters/tdx", null, null, DeviceAccess.Missing)]
    [InlineData("--coco=sev-snp", "/sys/module/kvm_amd/parameters/sev_snp says N", "N", "Y", DeviceAccess.Open)]
    [InlineData("--coco=tdx", "/sys/module/kvm_intel/parameters/tdx says N", "Y", "N", DeviceAccess.Open)]
    [InlineData("--coco=sev-snp", "there is no /dev/sev", "Y", null, DeviceAccess.Missing)]
    [InlineData("--coco=sev-snp", "/dev/sev: permission denied", "Y", null, DeviceAccess.Denied)]
    internal void A_host_that_cannot_is_the_only_thing_that_is_told(string coco, string why, string? sevSnp, string? tdx, DeviceAccess device)
    {
        using var inventory = Inventory(new ConfidentialHost(sevSnp, tdx, device, null, null), hasKvm: false, hasFirmware: false);
        var problem = Assert.Single(inventory.Plan(["-M", "vm", "--linux=IMAGES/missing", coco], null).Problems);
        Assert.Equal(("confidential-host", coco, ProblemKind.Failure), (problem.Code, problem.Subject, problem.Kind));
        Assert.Contains(why, problem.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_confidential_guest_requires_KVM()
    {
        using var inventory = Inventory(hasKvm: false);
        var problem = Assert.Single(inventory.Plan(["-M", "vm", "--linux=IMAGES/linux.efi", "--coco=sev-snp"], null).Problems);
        Assert.Equal(("confidential-without-kvm", "--coco=sev-snp", "such a guest runs with KVM only: the tests have none"), (problem.Code, problem.Subject, problem.Text));
    }

    [Fact]
    public void A_QEMU_without_the_feature_is_reported_with_the_version_that_has_it()
    {
        using var inventory = new GoldenInventory { Confidential = Able, HasKvm = true };
        var problem = Assert.Single(inventory.Plan(["-M", "vm", "--linux=IMAGES/linux.efi", "--coco=tdx"], null).Problems);
        Assert.Equal(("confidential-qemu", "/usr/bin/qemu-system-x86_64 is QEMU 7.2.22 without tdx-guest", "install QEMU 10.1 or later"), (problem.Code, problem.Text, problem.Hint));
    }

    [Theory]
    [InlineData("60-plain", "it lacks intel-tdx, which --coco=tdx needs")]
    [InlineData("95-split", "it keeps EFI variables, and such a guest's firmware is all measured")]
    [InlineData("95-qcow2", "it is no raw image, which alone can be measured")]
    [InlineData("95-smm", "it runs in System Management Mode, which such a guest has not")]
    public void Firmware_that_was_named_and_will_not_do_is_refused(string name, string why)
    {
        using var inventory = Inventory();
        inventory.InstallStatelessFlash("95-qcow2", "qcow2", "intel-tdx");
        inventory.InstallStatelessFlash("95-smm", "raw", "intel-tdx", "requires-smm");
        inventory.InstallSplitFlash("95-split", "intel-tdx");
        var problem = Assert.Single(inventory.Plan(["-M", "vm", "--linux=IMAGES/linux.efi", "--coco=tdx", $"--firmware=IMAGES/firmware/{name}.json"], null).Problems);
        Assert.Equal(("firmware-unusable", why), (problem.Code, problem.Text));
    }

    [Theory]
    [InlineData("--coco=sev-snp", "ovmf-amdsev"), InlineData("--coco=tdx", "ovmf-inteltdx")]
    public void Without_such_firmware_it_says_what_to_install(string coco, string package)
    {
        using var inventory = Inventory(hasFirmware: false);
        var problem = Assert.Single(inventory.Plan(["-M", "vm", "--linux=IMAGES/linux.efi", coco], null).Problems);
        Assert.Equal(("firmware-unfit", coco), (problem.Code, problem.Subject));
        Assert.Contains(package, problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Firmware_with_keys_is_taken_only_where_Secure_Boot_is_asked_for()
    {
        using var inventory = Inventory();
        var problem = Assert.Single(inventory.Plan(["-M", "vm", "--linux=IMAGES/linux.efi", "--coco=tdx"], null).Problems);
        Assert.Contains("90-inteltdx.json: it has enrolled-keys", problem.Text, StringComparison.Ordinal);
        Assert.Contains("--secure-boot=yes", problem.Hint, StringComparison.Ordinal);
        Assert.Contains("it lacks secure-boot", Assert.Single(inventory.Plan(["-M", "vm", "--linux=IMAGES/linux.efi", "--coco=sev-snp", "--secure-boot=yes"], null).Problems).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_credentials_behind_an_initrd_are_never_printed()
    {
        using var inventory = Inventory();
        var plan = inventory.Plan(["-M", "vm", "--linux=IMAGES/linux.efi", "--initrd=IMAGES/one.cpio", "--coco=sev-snp", "--set-credential=foo:hidden"], null).Plan!;
        var joined = Assert.Single(plan.Descriptors.Select(descriptor => descriptor.Source).OfType<JoinedFiles>());
        Assert.NotEqual(0, joined.Tail.Length);
        var text = JsonText.Line(json => PlanJson.Write(plan, json), indented: true);
        Assert.DoesNotContain("hidden", text, StringComparison.Ordinal);
        Assert.Contains($"\"tailSize\": {joined.Tail.Length}", text, StringComparison.Ordinal);
    }
}
