using Vmspawn.Firmware;
using Vmspawn.Options;
using Vmspawn.Resolve;
using Vmspawn.Spec;
using Vmspawn.Tests.Firmware;

namespace Vmspawn.Tests.Resolve;

public sealed class FirmwareResolverTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<Problem> _problems = [];
    private readonly List<string> _notices = [];

    public FirmwareResolverTests()
    {
        Directory.CreateDirectory(_directory["firmware"]);
        File.WriteAllBytes(_directory["code"], new byte[8192]);
        File.WriteAllBytes(_directory["vars"], new byte[4096]);
        File.WriteAllBytes(_directory["disk.raw"], new byte[512]);
    }

    [Fact]
    public async Task A_disk_is_booted_by_uefi_with_its_variables_beside_it()
    {
        Install("50.json", SomeFirmware.Text("secure-boot requires-smm", mapping: Mapping));
        var firmware = (await Resolve(new VmOptions(), root: Disk))!;
        Assert.Equal(_directory["firmware/50.json"], firmware.Origin);
        Assert.True(firmware.NeedsSmm && firmware.ProtectsVariables);
        Assert.Equal(_directory["disk.raw.efinvramstate"], firmware.Nvram!.State!.Path);
        Assert.False(File.Exists(firmware.Nvram.State.Path));
        Assert.Empty(_notices);
    }

    [Fact]
    public async Task Smm_is_not_protection_without_secure_boot()
    {
        Install("50.json", SomeFirmware.Text("requires-smm", mapping: Mapping));
        var firmware = (await Resolve(new VmOptions(), root: Disk))!;
        Assert.True(firmware is { NeedsSmm: true, ProtectsVariables: false });
    }

    [Theory]
    [InlineData(FirmwareKind.Auto, true, false, true)]
    [InlineData(FirmwareKind.Auto, false, false, false)]
    [InlineData(FirmwareKind.Auto, true, true, true)]
    [InlineData(FirmwareKind.Bios, true, false, false)]
    [InlineData(FirmwareKind.None, true, false, false)]
    public async Task A_kernel_gets_uefi_when_that_can_start_it(FirmwareKind kind, bool isPe, bool isUki, bool uefi)
    {
        Install("50.json", SomeFirmware.Text(mapping: Mapping));
        var firmware = await Resolve(new VmOptions { Firmware = kind }, new KernelSpec("/k", default, []) { IsPe = isPe, IsUki = isUki });
        Assert.Equal(uefi, firmware is not null);
        Assert.Null(firmware?.Nvram?.State);
        Assert.Empty(_problems);
    }

    [Fact]
    public async Task Without_any_uefi_firmware_a_pe_kernel_starts_directly_with_a_notice()
    {
        Assert.Null(await Resolve(new VmOptions(), new KernelSpec("/k", default, []) { IsPe = true }));
        Assert.Contains("without firmware", Assert.Single(_notices), StringComparison.Ordinal);
        Assert.Empty(_problems);
    }

    [Theory]
    [InlineData(FirmwareKind.Uefi, false)]
    [InlineData(FirmwareKind.Auto, true)]
    public async Task A_machine_that_needs_UEFI_is_refused_without_it(FirmwareKind kind, bool isUki)
    {
        Assert.Null(await Resolve(new VmOptions { Firmware = kind }, new KernelSpec("/k", default, []) { IsPe = true, IsUki = isUki }));
        Assert.Equal("firmware-missing", Assert.Single(_problems).Code);
    }

    [Fact]
    public async Task The_places_that_were_searched_are_named()
    {
        Install("1.json", "{");
        Assert.Null(await Resolve(new VmOptions(), root: Disk));
        var problem = Assert.Single(_problems);
        foreach (var place in (string[])[_directory["firmware"], _directory["firmware/1.json"], $"{_directory["."]}/usr/share/OVMF", "/data"])
            Assert.Contains(place, problem.Text, StringComparison.Ordinal);
        Assert.Contains("--firmware=bios", problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Features_that_no_firmware_has_are_reported_with_the_reason_of_each_firmware()
    {
        Install("1.json", SomeFirmware.Text(mapping: Mapping));
        Assert.Null(await Resolve(new VmOptions { FirmwareFeatures = new(["amd-sev"], []) }, root: Disk));
        var problem = Assert.Single(_problems);
        Assert.Equal("firmware-unfit", problem.Code);
        Assert.Contains("1.json: it lacks amd-sev", problem.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_descriptor_that_is_named_is_taken_whatever_its_features()
    {
        Install("1.json", SomeFirmware.Text("enrolled-keys", mapping: Mapping));
        Assert.NotNull(await Resolve(new VmOptions { Firmware = FirmwareKind.Uefi, FirmwareDescriptor = _directory["firmware/1.json"] }, root: Disk));
    }

    [Theory]
    [InlineData("missing.json", "firmware-descriptor")]
    [InlineData("broken.json", "firmware-descriptor")]
    [InlineData("arm.json", "firmware-unusable")]
    public async Task A_descriptor_that_is_named_and_will_not_do_is_refused(string name, string code)
    {
        Install("broken.json", "{}");
        Install("arm.json", SomeFirmware.Text(architecture: "aarch64"));
        Assert.Null(await Resolve(new VmOptions { Firmware = FirmwareKind.Uefi, FirmwareDescriptor = _directory[$"firmware/{name}"] }, root: Disk));
        var problem = Assert.Single(_problems);
        Assert.Equal((code, $"--firmware={_directory[$"firmware/{name}"]}"), (problem.Code, problem.Subject));
    }

    [Theory]
    [InlineData(FirmwareKind.Bios)]
    [InlineData(FirmwareKind.None)]
    public async Task Variables_without_uefi_are_refused(FirmwareKind kind)
    {
        await Resolve(new VmOptions { Firmware = kind, EfiNvramTemplate = "/t", EfiNvramState = new StatePlace(true, "/s") }, root: Disk);
        Assert.Equal(["--efi-nvram-template=/t", "--efi-nvram-state=/s"], _problems.Select(problem => problem.Subject));
    }

    [Fact]
    public async Task Variables_are_refused_for_firmware_that_keeps_none()
    {
        Install("1.json", SomeFirmware.Text(mapping: SomeFirmware.Memory(_directory["code"])));
        var options = new VmOptions
        {
            Firmware = FirmwareKind.Uefi, FirmwareDescriptor = _directory["firmware/1.json"], EfiNvramTemplate = "/t", EfiNvramState = new StatePlace(true, "/s"),
        };
        await Resolve(options, root: Disk);
        Assert.All(_problems, problem => Assert.Equal("no-efi-variables", problem.Code));
        Assert.Equal(2, _problems.Count);
    }

    [Fact]
    public async Task Firmware_with_its_variables_in_one_file_is_its_own_template()
    {
        Install("1.json", SomeFirmware.Text(mapping: SomeFirmware.Stateless(_directory["code"]).Replace("stateless", "combined", StringComparison.Ordinal)));
        var nvram = (await Resolve(new VmOptions(), root: Disk))!.Nvram!;
        Assert.Equal((_directory["code"], _directory["disk.raw.efinvramstate"]), (nvram.Template.Path, nvram.State!.Path));
        Assert.Null((await Resolve(new VmOptions { Ephemeral = true }, root: Disk))!.Nvram!.State);
        Assert.Empty(_problems);
        await Resolve(new VmOptions { EfiNvramTemplate = _directory["vars"] }, root: Disk);
        Assert.Equal("nvram-template-combined", Assert.Single(_problems).Code);
    }

    [Fact]
    public async Task An_ephemeral_machine_one_without_an_image_and_one_on_a_device_forget_them()
    {
        Install("1.json", SomeFirmware.Text(mapping: Mapping));
        Assert.Null((await Resolve(new VmOptions { Ephemeral = true }, root: Disk))!.Nvram!.State);
        Assert.Null((await Resolve(new VmOptions { EfiNvramState = StatePlace.Off }, root: Disk))!.Nvram!.State);
        Assert.Null((await Resolve(new VmOptions()))!.Nvram!.State);
        Assert.Empty(_notices);
        Assert.Null((await Resolve(new VmOptions(), root: Disk with { IsBlockDevice = true }))!.Nvram!.State);
        Assert.Null((await Resolve(new VmOptions(), root: Disk with { Path = "/proc/disk.raw" }))!.Nvram!.State);
        Assert.Equal(2, _notices.Count);
        Assert.All(_notices, notice => Assert.Contains("--efi-nvram-state=", notice, StringComparison.Ordinal));
        var named = new VmOptions { Ephemeral = true, EfiNvramState = new StatePlace(true, _directory["mine"]) };
        Assert.Equal(_directory["mine"], (await Resolve(named, root: Disk))!.Nvram!.State!.Path);
    }

    [Fact]
    public async Task A_state_of_another_firmware_is_refused()
    {
        Install("1.json", SomeFirmware.Text(mapping: Mapping));
        File.WriteAllBytes(_directory["disk.raw.efinvramstate"], new byte[1000]);
        await Resolve(new VmOptions(), root: Disk);
        Assert.Equal("nvram-size", Assert.Single(_problems).Code);
        Assert.Contains("1000 bytes", _problems[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_qcow2_template_gives_a_qcow2_state_of_its_size()
    {
        await Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", _directory["vars.qcow2"], "4096");
        Install("1.json", SomeFirmware.Text(mapping: Mapping));
        var options = new VmOptions { EfiNvramTemplate = _directory["vars.qcow2"] };
        Assert.Equal(ImageFormat.Qcow2, (await Resolve(options, root: Disk))!.Nvram!.State!.Format);
        // Made before by a raw template of the same size: both will do.
        File.WriteAllBytes(_directory["disk.raw.efinvramstate"], new byte[4096]);
        Assert.Equal(ImageFormat.Raw, (await Resolve(options, root: Disk))!.Nvram!.State!.Format);
        Assert.Empty(_problems);
    }

    [Fact]
    public async Task A_template_of_another_size_is_refused_with_those_that_fit()
    {
        File.WriteAllBytes(_directory["large"], new byte[8192]);
        Install("1.json", SomeFirmware.Text(mapping: Mapping));
        Assert.Null((await Resolve(new VmOptions { EfiNvramTemplate = _directory["large"] }, root: Disk))!.Nvram);
        var problem = Assert.Single(_problems);
        Assert.Equal(("nvram-template-size", $"these fit: {_directory["vars"]}"), (problem.Code, problem.Hint));
    }

    [Fact]
    public async Task A_template_that_leans_on_another_file_is_refused()
    {
        await Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-u", "-b", "base", "-F", "raw", _directory["t"], "4096");
        Install("1.json", SomeFirmware.Text(mapping: Mapping));
        await Resolve(new VmOptions { EfiNvramTemplate = _directory["t"] }, root: Disk);
        Assert.Equal("nvram-damaged", Assert.Single(_problems).Code);
    }

    [Theory]
    [InlineData("missing/state", "nvram-directory")]
    [InlineData("firmware", "nvram-directory")]
    public async Task A_place_that_cannot_hold_the_variables_is_refused(string name, string code)
    {
        Install("1.json", SomeFirmware.Text(mapping: Mapping));
        await Resolve(new VmOptions { EfiNvramState = new StatePlace(true, _directory[name]) }, root: Disk);
        Assert.Equal((code, $"--efi-nvram-state={_directory[name]}"), (Assert.Single(_problems).Code, _problems[0].Subject));
    }

    public void Dispose() => _directory.Dispose();

    private string Mapping => SomeFirmware.Split(_directory["code"], _directory["vars"]);

    private DriveSpec Disk => new()
    {
        Id = "root", Path = _directory["disk.raw"], Format = ImageFormat.Raw, Type = DiskType.VirtioBlk, Serial = "s", VirtualSize = 512, IsRoot = true,
    };

    private void Install(string name, string text) => File.WriteAllText(_directory[$"firmware/{name}"], text);

    private Task<FirmwareSpec?> Resolve(VmOptions options, KernelSpec? kernel = null, DriveSpec? root = null) =>
        new FirmwareResolver(options, SomeFirmware.Q35, new FirmwarePlaces([_directory["firmware"]], ["/data"], _directory["."]), _problems, _notices)
            .ResolveAsync(kernel, root, CancellationToken.None);
}
