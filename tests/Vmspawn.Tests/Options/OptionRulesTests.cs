using Vmspawn.Options;

namespace Vmspawn.Tests.Options;

public class OptionRulesTests
{
    private static readonly VmOptions WithImage = new() { Image = "disk" };

    private static string[] Codes(VmOptions options) => [.. OptionRules.Check(options).Select(problem => problem.Code)];

    [Fact]
    public void Options_with_only_an_image_have_no_problem() => Assert.Empty(Codes(WithImage));

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
    public void Options_without_effect_are_refused()
    {
        var users = new BindUserRequests { Groups = ["wheel"] };
        Assert.Equal(["private-users-with-image"], Codes(WithImage with { Shares = new ShareRequests { PrivateUsers = new IdRange(1, 2) } }));
        Assert.Equal(["bind-user-group-alone"], Codes(WithImage with { Shares = new ShareRequests { Users = users } }));
        Assert.Equal(["bind-user-shell-alone"], Codes(WithImage with { Shares = new ShareRequests { Users = new BindUserRequests { CopiesShell = true } } }));
        Assert.Empty(Codes(WithImage with { Shares = new ShareRequests { Users = users with { Names = ["ann"] } } }));
        CredentialSource[] twice = [new LiteralCredential("a", default), new LoadedCredential("a", "/f"), new LiteralCredential("b", default)];
        Assert.Equal(["credential-twice"], Codes(WithImage with { Credentials = twice }));
    }

    [Fact]
    public void A_path_that_is_not_text_is_refused_whichever_option_names_it()
    {
        const string Bad = "/a\uFFFDb";
        VmOptions[] all =
        [
            WithImage with { ExtraDrives = [new ExtraDrive(Bad, ImageFormat.Raw, null)] },
            WithImage with { Template = new TemplateImage(Bad, ImageFormat.Raw) },
            WithImage with { Credentials = [new LoadedCredential("a", Bad)] },
            WithImage with { Linux = "/k", Initrds = [Bad] },
        ];
        foreach (var options in all)
        {
            var problem = Assert.Single(OptionRules.Check(options));
            Assert.Equal(("path", ProblemKind.Usage), (problem.Code, problem.Kind));
            Assert.Contains(Bad, problem.Subject, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_machine_boots_from_a_disk_or_from_a_directory() => Assert.Equal(
        ["image-and-directory", "template-and-directory", "boot-entry-and-directory"],
        Codes(WithImage with { Directory = ".", Template = new TemplateImage("t", ImageFormat.Raw), BootEntry = "auto" }));
}
