using System.Diagnostics;

namespace Vmspawn.Qmp.Tests;

/// <summary>A real QEMU, paused before its first instruction, with its monitors on unix sockets.</summary>
internal sealed class QemuProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("vmspawn-qmp-");
    private readonly Process _process;
    private readonly Task<string> _errors;

    public QemuProcess(int monitors = 1, params string[] arguments)
    {
        var start = new ProcessStartInfo("qemu-system-x86_64") { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        string[] common = ["-S", "-nodefaults", "-no-user-config", "-display", "none", "-M", "q35,accel=tcg", "-m", "64"];
        foreach (var argument in common)
            start.ArgumentList.Add(argument);
        for (var n = 0; n < monitors; n++)
        {
            start.ArgumentList.Add("-qmp");
            start.ArgumentList.Add($"unix:{Socket(n)},server=on,wait=off");
        }

        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public string Socket(int monitor = 0) => Path.Combine(_directory.FullName, $"qmp{monitor}");

    public async Task<QmpClient> ConnectAsync(int monitor = 0, QmpClientOptions? options = null)
    {
        options = (options ?? QmpClientOptions.Default) with { SocketTimeout = TimeSpan.FromSeconds(30) };
        using var stop = new CancellationTokenSource();
        var connecting = QmpClient.ConnectAsync(Socket(monitor), options, stop.Token);
        if (await Task.WhenAny(connecting, _process.WaitForExitAsync(stop.Token)) != connecting && !connecting.IsCompleted)
        {
            await stop.CancelAsync();
            Assert.Fail($"QEMU exited with {_process.ExitCode}: {await _errors}");
        }

        await stop.CancelAsync();
        return await connecting;
    }

    public void Kill() => _process.Kill();

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await ExitAsync();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }
}
