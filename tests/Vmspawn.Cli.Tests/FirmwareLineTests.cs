using Vmspawn.Options;

namespace Vmspawn.Cli.Tests;

public class FirmwareLineTests
{
    private static ParsedCommand Parse(params string[] args) => CommandLine.Parse("systemd-vmspawn", args, new Dictionary<string, string>());

    private static VmOptions Options(params string[] args) => Assert.IsType<RunCommand>(Parse(["-id", .. args])).Options;

    [Theory]
    [InlineData("--firmware=list", (int)FirmwareQuestion.List)]
    [InlineData("--firmware=describe", (int)FirmwareQuestion.Describe)]
    [InlineData("--firmware-features=list", (int)FirmwareQuestion.Features)]
    public void A_question_needs_nothing_to_boot(string option, int question) =>
        Assert.Equal((FirmwareQuestion)question, Assert.IsType<FirmwareCommand>(Parse(option)).Question);

    [Fact]
    public void A_question_takes_features_before_and_behind_it_into_account()
    {
        var command = Assert.IsType<FirmwareCommand>(Parse("--secure-boot=no", "--firmware=describe", "--firmware-features=a"));
        Assert.Equal("a,~enrolled-keys,~secure-boot", command.Options.FirmwareFeatures.ToString());
    }

    [Fact]
    public void A_mistake_beside_a_question_is_still_a_mistake() =>
        Assert.Equal("--ram=0", Assert.Single(Assert.IsType<Mistakes>(Parse("--firmware=list", "--ram=0")).Problems).Subject);

    [Fact]
    public void A_path_names_a_descriptor_and_a_later_word_takes_it_back()
    {
        Assert.Equal((FirmwareKind.Uefi, "/f.json"), (Options("--firmware=/f.json").Firmware, Options("--firmware=/f.json").FirmwareDescriptor));
        Assert.Null(Options("--firmware=/f.json", "--firmware=uefi").FirmwareDescriptor);
        Assert.Equal(FirmwareKind.Auto, Options("--firmware=bios", "--firmware=").Firmware);
    }

    [Fact]
    public void Features_add_up_and_an_empty_one_takes_all_back()
    {
        Assert.Equal("~enrolled-keys", Options().FirmwareFeatures.ToString());
        Assert.Equal("a,b,~enrolled-keys,~c", Options("--firmware-features=a", "--firmware-features=b,~c").FirmwareFeatures.ToString());
        Assert.Equal("d", Options("--firmware-features=a", "--firmware-features=", "--firmware-features=d").FirmwareFeatures.ToString());
    }

    [Theory]
    [InlineData("yes", "secure-boot,~enrolled-keys")]
    [InlineData("no", "~enrolled-keys,~secure-boot")]
    [InlineData("auto", "~enrolled-keys")]
    public void Secure_boot_is_a_feature(string value, string features) =>
        Assert.Equal(features, Options($"--secure-boot={value}").FirmwareFeatures.ToString());

    [Fact]
    public void Variables_are_kept_beside_the_image_or_elsewhere_or_not()
    {
        Assert.Equal(StatePlace.Auto, Options().EfiNvramState);
        Assert.Equal(StatePlace.Auto, Options("--efi-nvram-state=off", "--efi-nvram-state=").EfiNvramState);
        Assert.Equal(StatePlace.Off, Options("--efi-nvram-state=off").EfiNvramState);
        Assert.Equal("/v", Options("--efi-nvram-state=/v").EfiNvramState.Path);
        Assert.Equal("t", Options("--efi-nvram-template=t").EfiNvramTemplate);
        Assert.Null(Options("--efi-nvram-template=t", "--efi-nvram-template=").EfiNvramTemplate);
    }
}
