using CsCheck;
using Vmspawn.Qemu.Arguments;
using Vmspawn.Qemu.Extra;

namespace Vmspawn.Tests.Qemu;

public class KeyValueOptionsTests
{
    [Fact]
    public void The_first_bare_word_belongs_to_the_implied_key() =>
        Assert.Equal("nvme", KeyValueOptions.Parse("nvme,drive=d", "driver")!["driver"]);

    [Fact]
    public void A_doubled_comma_is_one_inside_a_value() =>
        Assert.Equal("a,b c/d", KeyValueOptions.Parse("nvme,serial=a,,b c/d", "driver")!["serial"]);

    [Fact]
    public void A_value_without_a_key_is_refused() =>
        Assert.Null(KeyValueOptions.Parse("nvme,=x", "driver"));

    [Fact]
    public void Any_value_that_is_written_is_read_back() =>
        Gen.Select(Gen.String[Gen.Char[' ', '~'], 0, 40], Gen.String[Gen.Char.AlphaNumeric, 1, 10]).Sample((value, id) =>
        {
            var text = new OptionText("nvme").With("id", id).With("serial", value).ToString();
            var pairs = KeyValueOptions.Parse(text, "driver")!;
            return pairs["driver"] == "nvme" && pairs["id"] == id && pairs["serial"] == value;
        });
}
