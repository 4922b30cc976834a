using System.Diagnostics;
using Vmspawn.Control.MonitorShare;
using Vmspawn.Qmp;

namespace Vmspawn.Tests.Control;

/// <summary>A real QEMU before its first instruction, whose one monitor is shared.</summary>
internal sealed class QmpShareQemu : IAsyncDisposable
{
    /// <summary>For machines that do much else at the same time.</summary>
    public static readonly QmpClientOptions Patient = new() { CallTimeout = QmpShareProgram.Bound, HandshakeTimeout = QmpShareProgram.Bound };

    private readonly DirectoryInfo _directory;
    private readonly Process _process;

    private QmpShareQemu(DirectoryInfo directory, Process process, QmpClient monitor, QmpShareOptions? options)
    {
        _directory = directory;
        _process = process;
        Monitor = monitor;
        Share = new QmpShare(monitor, options);
    }

    public QmpClient Monitor { get; }

    public QmpShare Share { get; }

    public int Id => _process.Id;

    public static async Task<QmpShareQemu> StartAsync(QmpShareOptions? options = null)
    {
        var directory = Directory.CreateTempSubdirectory("vmspawn-share-");
        var path = Path.Combine(directory.FullName, "qmp");
        string[] arguments =
        [
            "-S", "-nodefaults", "-no-user-config", "-display", "none", "-M", "q35,accel=tcg", "-m", "64",
            "-qmp", $"unix:{path},server=on,wait=off",
        ];
        var process = Process.Start(new ProcessStartInfo("qemu-system-x86_64", arguments))!;
        return new QmpShareQemu(directory, process, await QmpClient.ConnectAsync(path, Patient with { SocketTimeout = QmpShareProgram.Bound }), options);
    }

    public Task<QmpShareProgram> ProgramAsync() => QmpShareProgram.ReadyAsync(Share);

    public void Kill() => _process.Kill();

    /// <summary>What QEMU's open files are, by the names that Linux gives them.</summary>
    public int OpenFiles(string name) => Directory.EnumerateFiles($"/proc/{_process.Id}/fd").Count(link => File.ResolveLinkTarget(link, false)?.FullName == name);

    public async ValueTask DisposeAsync()
    {
        await Monitor.DisposeAsync();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(QmpShareProgram.Bound);
        _process.Dispose();
        _directory.Delete(recursive: true);
    }
}
