using System.Runtime.InteropServices;
using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn.Tests.Launch;

/// <summary>A storage provider with one volume, a file, served by the real Varlink server.</summary>
internal sealed class SomeVolumes : IAsyncDisposable
{
    private const string Text = """
        interface io.systemd.StorageProvider
        method Acquire(name: string, requestAs: ?string) -> (fileDescriptorIndex: int, readOnly: bool)
        """;

    private readonly VarlinkServer _server;
    private readonly SafeHandle _file;

    /// <param name="socket">Where it serves.</param>
    /// <param name="path">The file, which is open as long as the provider serves.</param>
    public SomeVolumes(string socket, string path)
    {
        _file = OpenFile.Open(path, writable: true);
        var implementation = new VarlinkImplementation(VarlinkInterface.Parse(Text)).On("Acquire", call => call.ReplyAsync(
            writer =>
            {
                writer.WriteNumber("fileDescriptorIndex"u8, 0);
                writer.WriteBoolean("readOnly"u8, false);
            },
            [_file]));
        _server = VarlinkServer.Start(UnixListener.Bind(socket), new VarlinkService(new VarlinkIdentity("", "volumes", "1", ""), implementation));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _file.Dispose();
    }
}
