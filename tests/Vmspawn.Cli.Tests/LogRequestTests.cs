using Vmspawn.Cli.Running;

namespace Vmspawn.Cli.Tests;

public class LogRequestTests
{
    [Theory]
    [InlineData(null, 6)]
    [InlineData("debug", 7)]
    [InlineData("err", 3)]
    [InlineData("4", 4)]
    [InlineData("8", 6)]
    [InlineData("loud", 6)]
    [InlineData("warning,console:debug,kmsg:err", 7)]
    [InlineData("journal:debug", 6)]
    public void The_level_is_a_word_or_a_number_or_one_for_the_target(string? text, int level) =>
        Assert.Equal(level, Of(("SYSTEMD_LOG_LEVEL", text)).Level);

    [Theory]
    [InlineData(null, "Console")]
    [InlineData("auto", "Console")]
    [InlineData("console-prefixed", "ConsolePrefixed")]
    [InlineData("journal-or-kmsg", "Journal")]
    [InlineData("syslog", "Syslog")]
    [InlineData("kmsg", "Kernel")]
    [InlineData("null", "Null")]
    public void The_target_is_one_of_systemds(string? text, string target) =>
        Assert.Equal(target, Of(("SYSTEMD_LOG_TARGET", text)).Target.ToString());

    [Fact]
    public void A_level_for_another_target_does_not_count() =>
        Assert.Equal(7, Of(("SYSTEMD_LOG_TARGET", "journal"), ("SYSTEMD_LOG_LEVEL", "console:err,journal:debug")).Level);

    [Fact]
    public void Time_and_colours_are_booleans_and_without_a_setting_the_terminal_decides_about_colours()
    {
        Assert.Equal((false, null), (Of().Time, Of().Colours));
        var asked = Of(("SYSTEMD_LOG_TIME", "yes"), ("SYSTEMD_LOG_COLOR", "0"));
        Assert.Equal((true, false), (asked.Time, asked.Colours));
    }

    private static LogRequest Of(params (string Name, string? Value)[] variables) =>
        LogRequest.Of(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
