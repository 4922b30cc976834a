using Vmspawn.Options;

namespace Vmspawn.Tests.Options;

public class OptionRulesTests
{
    private static readonly VmOptions WithImage = new() { Image = "disk" };

    private static string[] Codes(VmOptions options) => [.. OptionRules.Check(options).Select(problem => problem.Code)];

    [Fact]
    public void An_image_alone_breaks_no_rule() => Assert.Empty(Codes(WithImage));

    [Fact]
    public void An_initrd_needs_a_kernel()
    {
        Assert.Equal(["initrd-without-kernel"], Codes(WithImage with { Initrds = ["i"] }));
        Assert.Empty(Codes(WithImage with { Initrds = ["i"], Linux = "k" }));
    }

    [Fact]
    public void No_firmware_needs_a_kernel()
    {
        Assert.Equal(["firmware-none-without-kernel"], Codes(WithImage with { Firmware = FirmwareKind.None }));
        Assert.Empty(Codes(new VmOptions { Firmware = FirmwareKind.None, Linux = "k" }));
    }

    [Fact]
    public void Only_a_raw_image_can_grow()
    {
        Assert.Empty(Codes(WithImage with { GrowImage = 1 }));
        Assert.Equal(["grow-not-raw"], Codes(WithImage with { GrowImage = 1, ImageFormat = ImageFormat.Qcow2 }));
        Assert.Equal(["grow-without-image"], Codes(new VmOptions { Linux = "k", GrowImage = 1 }));
    }

    [Fact]
    public void Two_drives_may_share_a_path() =>
        Assert.Empty(Codes(WithImage with { ExtraDrives = [new ExtraDrive("d", ImageFormat.Raw, null), new ExtraDrive("d", ImageFormat.Raw, null)] }));

    [Fact]
    public void All_broken_rules_are_reported_at_once_and_as_wrong_usage()
    {
        var problems = OptionRules.Check(new VmOptions { Initrds = ["i"], Image = "i", ImageFormat = ImageFormat.Qcow2, Firmware = FirmwareKind.None, GrowImage = 1 });
        Assert.Equal(["initrd-without-kernel", "firmware-none-without-kernel", "grow-not-raw"], problems.Select(problem => problem.Code));
        Assert.All(problems, problem => Assert.Equal(ProblemKind.Usage, problem.Kind));
    }

    [Fact]
    public void A_machine_boots_from_a_disk_or_from_a_directory() => Assert.Equal(
        ["image-and-directory", "template-and-directory", "boot-entry-and-directory"],
        Codes(WithImage with { Directory = ".", Template = new TemplateImage("t", ImageFormat.Raw), BootEntry = "auto" }));
}
