using System.Text;
using CsCheck;
using Vmspawn.Firmware;
using Vmspawn.Options;

namespace Vmspawn.Tests.Firmware;

public class DescriptorReaderTests
{
    // Package ovmf of Debian, which test.sh installs.
    private const string Debian = "/usr/share/qemu/firmware";

    [Theory]
    [InlineData("40-edk2-x86_64-secure-enrolled.json", "/usr/share/OVMF/OVMF_CODE_4M.ms.fd", "/usr/share/OVMF/OVMF_VARS_4M.ms.fd", "pc-q35-*", "acpi-s3 amd-sev enrolled-keys requires-smm secure-boot verbose-dynamic")]
    [InlineData("50-edk2-x86_64-secure.json", "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd", "pc-q35-*", "acpi-s3 amd-sev requires-smm secure-boot verbose-dynamic")]
    [InlineData("60-edk2-x86_64.json", "/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd", "pc-i440fx-* pc-q35-*", "acpi-s3 amd-sev verbose-dynamic")]
    public void Debians_descriptors_are_read_as_they_are(string name, string code, string template, string machines, string features)
    {
        var path = Path.Combine(Debian, name);
        var descriptor = DescriptorFile.Read(path, out var error);
        Assert.Null(error);
        Assert.Equal(path, descriptor!.Origin);
        Assert.StartsWith("UEFI firmware for x86_64", descriptor.Description, StringComparison.Ordinal);
        Assert.Equal(["uefi"], descriptor.Interfaces);
        Assert.Equal(new SplitFlash(new(code, ImageFormat.Raw), new(template, ImageFormat.Raw)), descriptor.Mapping);
        var target = Assert.Single(descriptor.Targets);
        Assert.Equal(("x86_64", machines), (target.Architecture, string.Join(' ', target.Machines)));
        Assert.Equal(features, string.Join(' ', descriptor.Features));
        Assert.True(descriptor.Starts(SomeFirmware.Q35));
    }

    [Fact]
    public void Stateless_combined_memory_mapped_and_qcow2_firmware_is_read()
    {
        Assert.Equal(new CombinedFlash(new("/c", ImageFormat.Raw)), Mapping(SomeFirmware.Stateless("/c").Replace("stateless", "combined", StringComparison.Ordinal)));
        Assert.Equal(new StatelessFlash(new("/c", ImageFormat.Raw)), Mapping(SomeFirmware.Stateless("/c")));
        Assert.Equal(new MemoryMapping("/m"), Mapping(SomeFirmware.Memory("/m")));
        Assert.Equal(
            new SplitFlash(new("/c", ImageFormat.Qcow2), new("/v", ImageFormat.Qcow2)),
            Mapping(SomeFirmware.Split("/c", "/v").Replace("raw", "qcow2", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{ "device": "flash", "mode": "mirrored", "executable": { "filename": "/c", "format": "raw" } }""", "mirrored")]
    [InlineData("""{ "device": "kernel", "filename": "/c" }""", "kernel")]
    [InlineData("""{ "device": "igvm", "filename": "/c" }""", "igvm")]
    public void Options_that_are_not_implemented_are_known_by_name(string mapping, string word) =>
        Assert.Contains(word, Assert.IsType<UnsupportedMapping>(Mapping(mapping)).What, StringComparison.Ordinal);

    [Fact]
    public void Members_of_later_versions_are_ignored()
    {
        var text = SomeFirmware.Text("new-feature").Replace("\"tags\"", "\"later\": {\"a\": [1, null]}, \"tags\"", StringComparison.Ordinal);
        Assert.Equal(["new-feature"], SomeFirmware.Read(text).Features);
    }

    [Theory]
    [InlineData("", "line 1")]
    [InlineData("[]", "line 1")]
    [InlineData("null", "null")]
    [InlineData("{}", "interface-types")]
    [InlineData("{\n\"interface-types\": 3}", "interface-types in line 2")]
    [InlineData("""{"interface-types": [null], "mapping": {"device": "memory", "filename": "/f"}, "targets": []}""", "null")]
    [InlineData("""{"interface-types": ["uefi"], "targets": []}""", "mapping")]
    [InlineData("""{"interface-types": ["uefi"], "mapping": {"device": "memory", "filename": "/f"}}""", "targets")]
    [InlineData("""{"interface-types": ["uefi"], "mapping": {"device": "memory", "filename": "/f"}, "targets": [null]}""", "target")]
    [InlineData("""{"interface-types": ["uefi"], "mapping": {}, "targets": []}""", "device")]
    [InlineData("""{"interface-types": ["uefi"], "mapping": {"device": "memory"}, "targets": []}""", "file")]
    [InlineData("""{"interface-types": ["uefi"], "mapping": {"device": "memory", "filename": "f"}, "targets": []}""", "absolute")]
    [InlineData("""{"interface-types": ["uefi"], "mapping": {"device": "memory", "filename": "/f\u0000"}, "targets": []}""", "absolute")]
    [InlineData("""{"interface-types": ["uefi"], "mapping": {"device": "flash", "executable": {"filename": "/f"}}, "targets": []}""", "format")]
    [InlineData("""{"interface-types": ["uefi"], "mapping": {"device": "flash", "executable": {"filename": "/f", "format": "vmdk"}}, "targets": []}""", "vmdk")]
    [InlineData("""{"interface-types": ["uefi"], "mapping": {"device": "flash", "executable": {"filename": "/f", "format": "raw"}}, "targets": []}""", "nvram-template")]
    public void An_invalid_value_is_reported(string text, string word)
    {
        Assert.Null(DescriptorReader.Read("/a.json", Encoding.UTF8.GetBytes(text), out var error));
        Assert.Contains(word, error, StringComparison.Ordinal);
        Assert.DoesNotContain("Vmspawn.", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused() =>
        Assert.Null(DescriptorReader.Read("/a.json", Encoding.UTF8.GetBytes("{\"tags\":" + new string('[', 100_000)), out _));

    [Fact]
    public void Cut_flipped_and_grown_descriptors_give_a_descriptor_or_a_reason() =>
        Gen.OneOf([.. Directory.GetFiles(Debian, "*.json").Select(path => Damage.To(File.ReadAllBytes(path)))]).Sample(
            json =>
            {
                var descriptor = DescriptorReader.Read("/a.json", json, out var error);
                return descriptor is null == error is not null
                    && (descriptor is null || (descriptor.Mapping.Files.All(file => file[0] == '/')
                        && descriptor.Features.All(name => name is not null) && descriptor.Interfaces.All(name => name is not null)));
            },
            iter: 20_000);

    private static FirmwareMapping Mapping(string mapping) => SomeFirmware.Read(SomeFirmware.Text(mapping: mapping)).Mapping;
}
