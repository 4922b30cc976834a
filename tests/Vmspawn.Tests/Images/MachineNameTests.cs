using CsCheck;
using Vmspawn.Images;

namespace Vmspawn.Tests.Images;

public class MachineNameTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("debian-12.example", true)]
    [InlineData("", false)]
    [InlineData(".host", false)]
    [InlineData("a.", false)]
    [InlineData("a..b", false)]
    [InlineData("-a", false)]
    [InlineData("a-", false)]
    [InlineData("a-.b", false)]
    [InlineData("a_b", false)]
    [InlineData("a/b", false)]
    [InlineData("ä", false)]
    public void A_name_is_valid_as_a_host_name_is(string name, bool valid) => Assert.Equal(valid, MachineName.IsValid(name));

    [Fact]
    public void A_name_has_at_most_64_characters()
    {
        Assert.True(MachineName.IsValid(new string('a', 64)));
        Assert.False(MachineName.IsValid(new string('a', 65)));
    }

    [Theory]
    [InlineData("/srv/debian.raw", "debian")]
    [InlineData("fedora_41.qcow2", "fedora41.qcow2")]
    [InlineData("-.a-.raw", "a")]
    [InlineData("/dev/vg/root", "root")]
    public void A_name_is_the_file_name_without_raw_and_without_what_host_names_lack(string path, string name)
    {
        var problems = new List<Problem>();
        Assert.Equal(name, MachineName.Derive(path, null, problems));
        Assert.Empty(problems);
    }

    [Fact]
    public void An_ephemeral_machine_has_16_digits_behind_its_name() =>
        Assert.Equal("debian-00000000deadbeef", MachineName.Derive("debian.raw", 0xdeadbeef, []));

    [Fact]
    public void A_file_name_without_a_usable_character_is_a_problem_that_names_the_option()
    {
        var problems = new List<Problem>();
        Assert.Null(MachineName.Derive("/srv/___.raw", 1, problems));
        Assert.Contains("-M", Assert.Single(problems).Hint);
    }

    [Fact]
    public void Whatever_is_derived_is_valid() =>
        Gen.Select(Gen.String[Gen.Char["ab.-_/ Z9ä"], 0, 90], Gen.Bool).Sample((path, ephemeral) =>
        {
            var problems = new List<Problem>();
            var name = MachineName.Derive(path, ephemeral ? ulong.MaxValue : null, problems);
            return name is null ? problems.Count == 1 : MachineName.IsValid(name) && problems.Count == 0;
        });
}
