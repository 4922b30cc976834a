using CsCheck;
using Vmspawn.Cli.Declarations;

namespace Vmspawn.Cli.Tests;

public class GetoptWordsTests
{
    private static readonly OptionTable<VmOption> Table = OptionTable.Create();

    private static GetoptWords<VmOption> Read(params string[] words) => GetoptWords.Read(words, Table);

    private static string[] Given(GetoptWords<VmOption> read) => [.. read.Given.Select(given => given.Option.TakesValue ? $"{given.Option.Name}={given.Value}" : given.Option.Name)];

    private static void AssertGiven(string[] words, params string[] given)
    {
        var read = Read(words);
        Assert.Empty(read.Problems);
        Assert.Equal(given, Given(read));
        Assert.Empty(read.Rest);
    }

    private static void AssertRefused(string[] words, string code, string subject)
    {
        var problem = Assert.Single(Read(words).Problems);
        Assert.Equal((code, subject, ProblemKind.Usage), (problem.Code, problem.Subject, problem.Kind));
    }

    [Fact]
    public void A_long_option_takes_its_value_from_the_same_word_or_the_next()
    {
        AssertGiven(["--ram=1G"], "--ram=1G");
        AssertGiven(["--ram", "1G"], "--ram=1G");
    }

    [Fact]
    public void A_short_option_takes_its_value_from_the_same_word_or_the_next()
    {
        AssertGiven(["-idisk"], "--image=disk");
        AssertGiven(["-i", "disk"], "--image=disk");
    }

    [Fact]
    public void An_equals_sign_after_a_short_option_is_part_of_the_value() => AssertGiven(["-i=disk"], "--image==disk");

    [Fact]
    public void Only_the_first_equals_sign_ends_a_name() => AssertGiven(["--smbios11=a=b"], "--smbios11=a=b");

    [Fact]
    public void A_colon_ends_no_name() => AssertRefused(["--ram:1G"], "option-unknown", "--ram:1G");

    [Fact]
    public void A_value_may_be_empty()
    {
        AssertGiven(["--tpm="], "--tpm=");
        AssertGiven(["--tpm", ""], "--tpm=");
    }

    [Fact]
    public void A_value_may_look_like_an_option_or_a_response_file()
    {
        AssertGiven(["--machine", "--help"], "--machine=--help");
        AssertGiven(["-i", "--"], "--image=--");
        AssertGiven(["-i", "@file"], "--image=@file");
        AssertGiven(["--background", "-q"], "--background=-q");
    }

    [Fact]
    public void Short_flags_can_be_bundled_and_end_in_one_with_a_value()
    {
        AssertGiven(["-qx"], "--quiet", "--ephemeral");
        AssertGiven(["-qxidisk"], "--quiet", "--ephemeral", "--image=disk");
        AssertGiven(["-qxi", "disk"], "--quiet", "--ephemeral", "--image=disk");
        AssertGiven(["-iqx"], "--image=qx");
    }

    [Fact]
    public void A_name_can_be_shortened_while_it_is_unambiguous()
    {
        AssertGiven(["--eph"], "--ephemeral");
        AssertGiven(["--image-f=raw"], "--image-format=raw");
        AssertRefused(["--image-"], "option-ambiguous", "--image-");
    }

    [Fact]
    public void An_exact_name_is_not_ambiguous_with_longer_ones() => AssertGiven(["--image=x", "--bind=y"], "--image=x", "--bind=y");

    [Fact]
    public void Old_names_are_understood_in_full() => AssertGiven(["--qemu-smp=2", "--qemu-mem", "1G"], "--cpus=2", "--ram=1G");

    [Fact]
    public void Options_end_at_the_first_word_that_is_none()
    {
        var read = Read("-q", "quiet", "-x", "--ram=1G", "--");
        Assert.Equal(["--quiet"], Given(read));
        Assert.Equal(["quiet", "-x", "--ram=1G", "--"], read.Rest);
    }

    [Fact]
    public void Two_dashes_end_the_options()
    {
        var read = Read("-q", "--", "-x", "--");
        Assert.Equal(["--quiet"], Given(read));
        Assert.Equal(["-x", "--"], read.Rest);
    }

    [Theory]
    [InlineData("-")]
    [InlineData("")]
    [InlineData("/q")]
    [InlineData("@file")]
    [InlineData("[suggest]")]
    public void A_word_that_is_no_option_ends_the_options(string word) => Assert.Equal([word, "-q"], Read(word, "-q").Rest);

    [Fact]
    public void A_flag_takes_no_value() => AssertRefused(["--ephemeral=yes"], "option-value", "--ephemeral");

    [Fact]
    public void A_missing_value_is_named()
    {
        AssertRefused(["--ram"], "option-value", "--ram");
        AssertRefused(["-qi"], "option-value", "-i");
    }

    [Fact]
    public void An_unknown_option_gets_the_nearest_one_as_a_hint()
    {
        Assert.Equal("did you mean --console?", Assert.Single(Read("--consle=x").Problems).Hint);
        Assert.Equal("did you mean --ephemeral?", Assert.Single(Read("--ephermal").Problems).Hint);
        Assert.Equal("did you mean --ram?", Assert.Single(Read("-ram=1G").Problems).Hint);
        Assert.Null(Assert.Single(Read("--xylophone").Problems).Hint);
    }

    [Fact]
    public void Reading_goes_on_after_a_mistake()
    {
        var read = Read("--nonsense-a", "-q", "--nonsense-b", "-Zx", "--ram=1G", "rest");
        Assert.Equal(["--nonsense-a", "--nonsense-b", "-Z"], read.Problems.Select(problem => problem.Subject));
        Assert.Equal(["--quiet", "--ram=1G"], Given(read));
        Assert.Equal(["rest"], read.Rest);
    }

    [Fact]
    public void Every_option_can_be_given_by_its_name_and_its_letter()
    {
        foreach (var option in Table.All)
        {
            if (option.Bare is { } bare)
            {
                // The next word is no value of it: only one behind an equals sign is.
                AssertGiven([option.Name], $"{option.Name}={bare}");
                AssertGiven([$"{option.Name}=v"], $"{option.Name}=v");
                continue;
            }

            AssertGiven(option.TakesValue ? [option.Name, "v"] : [option.Name], option.TakesValue ? $"{option.Name}=v" : option.Name);
            if (option.Letter is { } letter)
                AssertGiven(option.TakesValue ? [$"-{letter}", "v"] : [$"-{letter}"], option.TakesValue ? $"{option.Name}=v" : option.Name);
        }
    }

    [Fact]
    public void Any_value_reaches_any_option_unchanged_in_both_forms() =>
        Gen.Select(Gen.Int[0, Table.All.Count - 1], Gen.String).Sample((index, value) =>
        {
            var option = Table.All[index];
            if (!option.TakesValue)
                return true;
            var inOne = Read($"{option.Name}={value}");
            if (option.Bare is not null)
                return inOne.Given is [var only] && only.Value == value;
            var inTwo = Read(option.Name, value);
            return inOne.Given is [var one] && one.Value == value && inTwo.Given is [var two] && two.Value == value && one.Option == two.Option;
        });

    [Fact]
    public void No_words_make_the_parser_throw_and_none_behind_the_options_is_lost() =>
        Gen.OneOf(Gen.String[Gen.Char["-=qxiMZ"], 0, 5], Gen.Int[0, Table.All.Count - 1].Select(i => Table.All[i].Name)).Array[0, 8].Sample(words =>
        {
            var read = Read(words);
            return read.Rest.SequenceEqual(words[^read.Rest.Count..]);
        });
}
