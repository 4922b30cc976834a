namespace Vmspawn.Qmp.Tests;

public class ReadmeSample
{
    [Fact]
    public async Task The_sample_of_the_readme_runs()
    {
        await using var qemu = new QemuProcess();
        Assert.Equal("prelaunch", await RunAsync(qemu.Socket()));
        Assert.Equal(0, await qemu.ExitAsync());
    }

    private static async Task<string> RunAsync(string path)
    {
        // <readme>
        // QEMU was started with -qmp unix:PATH,server=on,wait=off. Its socket appears a little later.
        var options = new QmpClientOptions { SocketTimeout = TimeSpan.FromSeconds(10) };
        await using var qemu = await QmpClient.ConnectAsync(path, options);
        var status = await qemu.QueryStatusAsync();
        using var events = qemu.SubscribeTo("SHUTDOWN");
        await qemu.QuitAsync();
        var happened = await events.FirstAsync();
        Console.WriteLine($"{happened.Timestamp}: {happened.Name}");
        // </readme>
        return status.Status;
    }
}
