using System.Diagnostics;

namespace Vmspawn.SystemTests.Harness;

/// <summary>An X server without a screen (Xvfb).</summary>
internal sealed class DisplayServer : IAsyncDisposable
{
    private readonly Process _server;

    private DisplayServer(Process server, string name) => (_server, Name) = (server, name);

    /// <summary>The value of $DISPLAY.</summary>
    public string Name { get; }

    public static async Task<DisplayServer> Start()
    {
        // It chooses a free number and prints it when it is ready.
        var server = Process.Start(new ProcessStartInfo("Xvfb", ["-displayfd", "1", "-nolisten", "tcp"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        })!;
        var number = await server.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return new DisplayServer(server, $":{number}");
    }

    /// <summary>The tree of its windows with their titles, as xwininfo(1) prints it.</summary>
    public async Task<string> Windows()
    {
        using var lister = Process.Start(new ProcessStartInfo("xwininfo", ["-root", "-tree", "-display", Name])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        })!;
        var text = await lister.StandardOutput.ReadToEndAsync();
        await lister.WaitForExitAsync();
        return text;
    }

    public async ValueTask DisposeAsync()
    {
        _server.Kill();
        await _server.WaitForExitAsync();
        _server.Dispose();
    }
}
