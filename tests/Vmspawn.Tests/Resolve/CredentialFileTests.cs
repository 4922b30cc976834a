using System.Net.Sockets;
using System.Text;
using Vmspawn.Resolve;

namespace Vmspawn.Tests.Resolve;

public sealed class CredentialFileTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_a_socket_sends_is_the_credential()
    {
        using var listener = Listen();
        var reading = CredentialFile.ReadAsync(_directory["socket"], 1 << 20, Bound, CancellationToken.None);
        using (var peer = await listener.AcceptAsync())
        {
            await peer.SendAsync(Encoding.ASCII.GetBytes("one "));
            await peer.SendAsync(Encoding.ASCII.GetBytes("two"));
        }

        Assert.Equal("one two", Encoding.ASCII.GetString(await reading));
    }

    [Fact]
    public async Task A_socket_that_sends_a_byte_now_and_then_is_bounded_as_a_whole()
    {
        using var listener = Listen();
        var reading = CredentialFile.ReadAsync(_directory["socket"], 1 << 20, TimeSpan.FromSeconds(1), CancellationToken.None);
        using var peer = await listener.AcceptAsync();
        using var stop = new CancellationTokenSource();
        var dripping = DripAsync(peer, stop.Token);
        var error = await Assert.ThrowsAsync<IOException>(() => reading);
        Assert.Contains("within 1 s", error.Message);
        await stop.CancelAsync();
        await dripping;
    }

    [Fact]
    public async Task A_cancelled_read_ends()
    {
        using var listener = Listen();
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CredentialFile.ReadAsync(_directory["socket"], 1 << 20, Bound, stop.Token));
    }

    [Fact]
    public async Task A_file_is_read_up_to_the_limit_also_when_its_size_is_reported_as_zero()
    {
        File.WriteAllText(_directory["file"], "content");
        Assert.Equal("conte", Encoding.ASCII.GetString(await CredentialFile.ReadAsync(_directory["file"], 5, Bound, CancellationToken.None)));
        Assert.NotEmpty(await CredentialFile.ReadAsync("/proc/self/status", 1 << 20, Bound, CancellationToken.None));
        await Assert.ThrowsAnyAsync<IOException>(() => CredentialFile.ReadAsync(_directory["none"], 5, Bound, CancellationToken.None));
        await Assert.ThrowsAnyAsync<IOException>(() => CredentialFile.ReadAsync(_directory.Path, 5, Bound, CancellationToken.None));
    }

    private Socket Listen()
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_directory["socket"]));
        listener.Listen(1);
        return listener;
    }

    private static async Task DripAsync(Socket peer, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await peer.SendAsync(new byte[1]);
                await Task.Delay(50, stop);
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // The reader has gone, or the test is over.
        }
    }
}
