using Vmspawn.Firmware;
using Vmspawn.Options;

namespace Vmspawn.Tests.Firmware;

public class FirmwareChoiceTests
{
    [Fact]
    public void The_first_descriptor_that_fits_is_taken()
    {
        string[] texts = [SomeFirmware.Text("secure-boot enrolled-keys"), SomeFirmware.Text("secure-boot"), SomeFirmware.Text()];
        Assert.Equal("/1.json", Chosen(FirmwareFeatures.Default, texts));
        Assert.Equal("/0.json", Chosen(FirmwareFeatures.Any, texts));
        Assert.Equal("/0.json", Chosen(new(["enrolled-keys"], ["enrolled-keys"]), texts));
        Assert.Equal("/2.json", Chosen(FirmwareFeatures.Default.With(FirmwareFeatures.SecureBoot, Tristate.No), texts));
        Assert.Equal("/1.json", Chosen(FirmwareFeatures.Default.With(FirmwareFeatures.SecureBoot, Tristate.Yes), texts));
        Assert.Null(Chosen(new(["amd-sev"], []), texts));
    }

    [Theory]
    [InlineData("\"pc-q35-*\"", true)]
    [InlineData("\"pc-i440fx-*\", \"pc-q35-7.?\"", true)]
    [InlineData("\"q35\"", true)]
    [InlineData("\"pc-q35-[6-9].*\"", true)]
    [InlineData("\"pc-q35-[!7]*\"", false)]
    [InlineData("\"pc-q35-[\"", false)]
    [InlineData("\"pc-q35-8.*\"", false)]
    [InlineData("\"PC-Q35-*\"", false)]
    [InlineData("", false)]
    public void Machines_are_patterns_for_the_type_and_what_it_is_an_alias_of(string machines, bool fits) =>
        Assert.Equal(fits, Chosen(FirmwareFeatures.Default, SomeFirmware.Text(machines: machines)) is not null);

    [Theory]
    [InlineData("i386")]
    [InlineData("aarch64")]
    [InlineData("X86_64")]
    public void Firmware_of_another_architecture_is_never_taken(string architecture) =>
        Assert.Null(Chosen(FirmwareFeatures.Any, SomeFirmware.Text(architecture: architecture)));

    [Fact]
    public void Each_architecture_has_its_own_firmware()
    {
        string[] texts =
        [
            SomeFirmware.Text(), SomeFirmware.Text(architecture: "aarch64", machines: "\"virt-*\""),
            SomeFirmware.Text(architecture: "riscv64", machines: "\"virt\", \"virt-*\""),
        ];
        var catalog = SomeFirmware.Catalog(texts);
        Assert.Equal("/1.json", Of(catalog, new("aarch64", ["virt", "virt-7.2"])));
        Assert.Equal("/2.json", Of(catalog, new("riscv64", ["virt"])));

        static string? Of(FirmwareCatalog catalog, FirmwarePlatform platform) =>
            FirmwareChoice.Of(catalog, platform, FirmwareFeatures.Default, keepsVariables: false).Descriptor?.Origin;
    }

    [Fact]
    public void Without_flash_chips_only_firmware_in_memory_will_do()
    {
        var catalog = SomeFirmware.Catalog(SomeFirmware.Text(), SomeFirmware.Text(mapping: SomeFirmware.Memory("/dev/null")));
        var choice = FirmwareChoice.Of(catalog, SomeFirmware.Q35 with { WhyNoFlash = "it is too old" }, FirmwareFeatures.Default, keepsVariables: false);
        Assert.Equal("/1.json", choice.Descriptor!.Origin);
        Assert.Equal(["/0.json: it is too old"], choice.PassedOver);
    }

    [Fact]
    public void Firmware_that_forgets_its_variables_is_taken_when_there_is_no_other()
    {
        var memory = SomeFirmware.Text(mapping: SomeFirmware.Memory("/dev/null"));
        Assert.Equal("/1.json", Chosen(FirmwareFeatures.Default, memory, SomeFirmware.Text()));
        Assert.Equal("/0.json", Chosen(FirmwareFeatures.Default, memory, SomeFirmware.Text(mapping: SomeFirmware.Stateless("/dev/null"))));
        Assert.Null(FirmwareChoice.Of(SomeFirmware.Catalog(memory), SomeFirmware.Q35, FirmwareFeatures.Default, keepsVariables: true).Descriptor);
    }

    [Theory]
    [InlineData("", "\"bios\"", null, "it is no UEFI firmware")]
    [InlineData("host-uefi-vars", "\"uefi\"", null, "it wants a variable store")]
    [InlineData("", "\"uefi\"", """{ "device": "kernel", "filename": "/k" }""", "it wants the mapping 'kernel'")]
    [InlineData("", "\"uefi\"", """{ "device": "memory", "filename": "/nowhere/f" }""", "there is no /nowhere/f")]
    [InlineData("enrolled-keys", "\"uefi\"", null, "it has enrolled-keys")]
    public void The_reason_for_which_one_was_skipped_is_reported(string features, string interfaces, string? mapping, string reason)
    {
        var text = SomeFirmware.Text(features, interfaces: interfaces, mapping: mapping);
        var choice = FirmwareChoice.Of(SomeFirmware.Catalog(text), SomeFirmware.Q35, FirmwareFeatures.Default, keepsVariables: false);
        Assert.Null(choice.Descriptor);
        Assert.StartsWith($"/0.json: {reason}", Assert.Single(choice.PassedOver), StringComparison.Ordinal);
    }

    private static string? Chosen(FirmwareFeatures features, params string[] texts) =>
        FirmwareChoice.Of(SomeFirmware.Catalog(texts), SomeFirmware.Q35, features, keepsVariables: false).Descriptor?.Origin;
}
