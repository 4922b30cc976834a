using Vmspawn.Linux;

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

    [Fact]
    public async Task The_name_of_an_image_is_that_of_its_only_ephemeral_machine()
    {
        const string One = "web-0123456789abcdef", Other = "web-fedcba9876543210";
        await using var desk = new Desk();
        Write(desk, One, age: 2);
        Assert.Equal((0, $"{One}\n", ""), await desk.Run("logs", "web"));
        Write(desk, Other, age: 1);
        Assert.Equal((1, "", $"vmspawn: web: several ephemeral machines of this image have logs (name one, the last written first: {Other}, {One})\n"), await desk.Run("logs", "web"));
        Assert.Equal((0, $"{One}\n", ""), await desk.Run("logs", One));

        // The lock says that a machine writes it: it runs.
        using (var running = OpenFile.Open(desk.LogOf(One), writable: true))
        {
            Assert.True(FileLock.TryLockExclusive(running));
            Write(desk, "web", age: 0);
            Assert.Equal((0, $"{One}\n", ""), await desk.Run("logs", "web"));
        }

        Assert.Equal((0, "web\n", ""), await desk.Run("logs", "web"));
    }

    [Fact]
    public async Task Where_no_log_matches_the_nearest_are_named()
    {
        await using var desk = new Desk();
        foreach (var name in (string[])["database", "mail", "wiki", "wed", "webs", "cache"])
            Write(desk, name, age: 1);
        var (status, output, error) = await desk.Run("logs", "web");
        Assert.Equal((1, ""), (status, output));
        Assert.StartsWith($"vmspawn: web: there is no log of a machine of this name ({desk.LogOf("web")}) (there are logs of webs, wed, ", error, StringComparison.Ordinal);
        Assert.EndsWith(" and 1 more)\n", error, StringComparison.Ordinal);
    }

    private static void Write(Desk desk, string name, int age)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(desk.LogOf(name))!);
        File.WriteAllText(desk.LogOf(name), $"{name}\n");
        File.SetLastWriteTimeUtc(desk.LogOf(name), DateTime.UtcNow.AddMinutes(-age));
    }
}
