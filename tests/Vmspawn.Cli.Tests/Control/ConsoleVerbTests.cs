using Vmspawn.Cli.Control.Parse;
using Vmspawn.Options;

namespace Vmspawn.Cli.Tests.Control;

public class ConsoleVerbTests
{
    [Fact]
    public void The_line_is_a_name_and_a_wish_for_silence()
    {
        Assert.Equal(new ConsoleCommand(RuntimeScope.User, "web", Quiet: true), CommandLine.Parse("vmspawn", ["console", "web", "-q", "--user"], new Dictionary<string, string>()));
        Assert.IsType<Mistakes>(CommandLine.Parse("vmspawn", ["console"], new Dictionary<string, string>()));
        Assert.IsType<Mistakes>(CommandLine.Parse("vmspawn", ["console", "web", "db"], new Dictionary<string, string>()));
    }

    [Fact]
    public async Task A_machine_whose_server_shares_no_console_is_refused_with_the_reason()
    {
        await using var desk = new Desk();
        desk.AddForeign("theirs");
        Assert.Equal((1, "", "vmspawn: theirs: its server, systemd-vmspawn 262.1, does not share the console\n"), await desk.Run("console", "theirs"));
        Assert.Equal((1, "", "vmspawn: web: no VM of this name is running (running: theirs)\n"), await desk.Run("console", "web"));
    }
}
