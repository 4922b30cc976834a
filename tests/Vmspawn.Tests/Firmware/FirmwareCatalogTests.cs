using Vmspawn.Firmware;

namespace Vmspawn.Tests.Firmware;

public class FirmwareCatalogTests
{
    [Fact]
    public void Files_of_all_directories_are_one_list_by_name_and_the_more_specific_takes_effect()
    {
        using var directory = new TemporaryDirectory();
        var (user, system) = (Make(directory, "user"), Make(directory, "system"));
        Write(system, "60-c.json");
        Write(user, "70-d.json");
        Write(user, "50-b.json");
        Write(system, "50-b.json");
        Write(system, "40-a.json");
        Write(system, "readme.txt");
        Assert.Equal(
            [$"{system}/40-a.json", $"{user}/50-b.json", $"{system}/60-c.json", $"{user}/70-d.json"],
            DescriptorFiles.List([user, directory["missing"], system]).Paths);
    }

    [Fact]
    public void An_empty_file_and_a_link_to_dev_null_mask()
    {
        using var directory = new TemporaryDirectory();
        var (user, system) = (Make(directory, "user"), Make(directory, "system"));
        foreach (var name in (string[])["a.json", "b.json", "c.json"])
            Write(system, name);
        File.WriteAllText(Path.Combine(user, "a.json"), "");
        File.CreateSymbolicLink(Path.Combine(user, "b.json"), "/dev/null");
        var files = DescriptorFiles.List([user, system]);
        Assert.Equal([$"{system}/c.json"], files.Paths);
        Assert.Equal(2, files.Masked.Count);
    }

    [Fact]
    public void A_damaged_descriptor_is_named_and_hinders_no_other()
    {
        using var directory = new TemporaryDirectory();
        var here = Make(directory, "here");
        File.WriteAllText(Path.Combine(here, "1.json"), "{");
        File.CreateSymbolicLink(Path.Combine(here, "2.json"), "/nowhere");
        Write(here, "3.json");
        var catalog = FirmwareCatalog.Of(SomeFirmware.Q35, new FirmwarePlaces([here], [], directory["root"]));
        Assert.Equal($"{here}/3.json", Assert.Single(catalog.Descriptors).Origin);
        Assert.Equal(2, catalog.Damaged.Count);
        Assert.Contains("2.json: there is no such file", catalog.Damaged[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x86_64", "usr/share/edk2/ovmf/OVMF_CODE_4M.qcow2", "usr/share/edk2/ovmf/OVMF_VARS_4M.qcow2")]
    [InlineData("x86_64", "usr/share/edk2/x64/OVMF_CODE.4m.fd", "usr/share/edk2/x64/OVMF_VARS.4m.fd")]
    [InlineData("x86_64", "usr/share/qemu/ovmf-x86_64-code.bin", "usr/share/qemu/ovmf-x86_64-vars.bin")]
    [InlineData("x86_64", "data/edk2-x86_64-code.fd", "data/edk2-i386-vars.fd")]
    [InlineData("aarch64", "usr/share/AAVMF/AAVMF_CODE.no-secboot.fd", "usr/share/AAVMF/AAVMF_VARS.fd")]
    [InlineData("riscv64", "usr/share/qemu-efi-riscv64/RISCV_VIRT_CODE.fd", "usr/share/qemu-efi-riscv64/RISCV_VIRT_VARS.fd")]
    [InlineData("loongarch64", "data/edk2-loongarch64-code.fd", "data/edk2-loongarch64-vars.fd")]
    public void Without_a_descriptor_well_known_places_are_tried(string architecture, string code, string template)
    {
        using var directory = new TemporaryDirectory();
        foreach (var name in (string[])[code, template])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(directory[name])!);
            File.WriteAllText(directory[name], "x");
        }

        var platform = new FirmwarePlatform(architecture, ["virt"]);
        var catalog = FirmwareCatalog.Of(platform, new FirmwarePlaces([directory["none"]], [directory["data"]], directory["."]));
        var found = Assert.Single(catalog.Descriptors);
        var flash = Assert.IsType<SplitFlash>(found.Mapping);
        Assert.Equal((directory[code], directory[template]), (Path.GetFullPath(flash.Executable.Path), Path.GetFullPath(flash.Template.Path)));
        Assert.Equal(found, FirmwareChoice.Of(catalog, platform, Vmspawn.Options.FirmwareFeatures.Default, keepsVariables: true).Descriptor);
    }

    [Fact]
    public void A_masked_descriptor_is_no_reason_to_look_elsewhere()
    {
        using var directory = new TemporaryDirectory();
        var here = Make(directory, "here");
        File.WriteAllText(Path.Combine(here, "a.json"), "");
        Directory.CreateDirectory(directory["data"]);
        File.WriteAllText(directory["data/edk2-x86_64-code.fd"], "x");
        File.WriteAllText(directory["data/edk2-i386-vars.fd"], "x");
        Assert.Empty(FirmwareCatalog.Of(SomeFirmware.Q35, new FirmwarePlaces([here], [directory["data"]], directory["."])).Descriptors);
    }

    [Fact]
    public void The_catalog_lists_all_directories_that_were_searched()
    {
        var catalog = FirmwareCatalog.Of(SomeFirmware.Q35, new FirmwarePlaces(["/nowhere/etc"], ["/nowhere/qemu"], "/nowhere"));
        Assert.Empty(catalog.Descriptors);
        foreach (var directory in (string[])["/nowhere/etc", "/nowhere/usr/share/OVMF", "/nowhere/usr/share/edk2/x64", "/nowhere/qemu"])
            Assert.Contains(directory, catalog.LookedAt);
    }

    [Fact]
    public void The_users_configuration_comes_before_the_administrators_and_the_distributions()
    {
        var home = new Dictionary<string, string?> { ["HOME"] = "/home/u" };
        Assert.Equal(
            ["/home/u/.config/qemu/firmware", "/etc/qemu/firmware", "/usr/share/qemu/firmware"],
            FirmwarePlaces.Of(home.GetValueOrDefault, null).Descriptors);
        home["XDG_CONFIG_HOME"] = "/c";
        Assert.Equal("/c/qemu/firmware", FirmwarePlaces.Of(home.GetValueOrDefault, null).Descriptors[0]);
        Assert.Equal("/etc/qemu/firmware", FirmwarePlaces.Of(_ => null, null).Descriptors[0]);
    }

    private static string Make(TemporaryDirectory directory, string name) => Directory.CreateDirectory(directory[name]).FullName;

    private static void Write(string directory, string name) => File.WriteAllText(Path.Combine(directory, name), SomeFirmware.Text());
}
