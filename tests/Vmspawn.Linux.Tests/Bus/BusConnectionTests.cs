namespace Vmspawn.Linux.Tests;

public class BusConnectionTests
{
    [Theory]
    [InlineData("cancel", "cancelled")]
    [InlineData("bound", "org.freedesktop.DBus did not answer AddMatch within 0.3 s")]
    public async Task A_call_over_a_bus_that_does_not_answer_ends_when_it_is_cancelled_and_within_its_bound(string how, string words)
    {
        using var directory = new TemporaryDirectory();
        using var silent = UnixListener.Bind(directory.File("bus"));
        var start = TimeProvider.System.GetTimestamp();
        var (text, exit) = await Output.OfAsync(ChildPrograms.Spec("bus", how) with
        {
            Environment = new Dictionary<string, string?> { ["DBUS_SYSTEM_BUS_ADDRESS"] = $"unix:path={directory.File("bus")}" },
        });
        Assert.Equal((words + "\n", true), (text, exit.IsSuccess));
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(20), "it waited for more than that");
    }
}
