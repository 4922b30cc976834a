namespace Vmspawn.Cli.Tests.Control;

public class LogsTests
{
    [Fact]
    public async Task A_log_is_printed_with_its_older_part_first()
    {
        await using var desk = new Desk();
        Assert.Equal((1, "", $"vmspawn: web: there is no log of a machine of this name ({desk.LogOf("web")}) (vmspawn run writes it)\n"), await desk.Run("logs", "web"));
        Directory.CreateDirectory(Path.GetDirectoryName(desk.LogOf("web"))!);
        File.WriteAllText(desk.LogOf("web"), "newer\n");
        File.WriteAllText($"{desk.LogOf("web")}.1", "older\n");
        Assert.Equal((0, "older\nnewer\n", ""), await desk.Run("logs", "web"));
        // Nothing runs, so there is nothing to wait for.
        Assert.Equal((0, "older\nnewer\n", ""), await desk.Run("logs", "-f", "web"));
        Assert.Equal(2, (await desk.Run("logs", "../web")).Status);
    }
}
