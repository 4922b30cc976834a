using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Vmspawn.Linux;

public class FirstBytesTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_peer_says_first_is_left_to_who_reads()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var socket = TcpConnection.ConnectPlain(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndpoint).Port);
        using var peer = await listener.AcceptTcpClientAsync(Cancel);
        var arrival = FirstBytes.ArriveAsync(socket, Cancel);
        Assert.False(arrival.IsCompleted);
        await peer.GetStream().WriteAsync("SSH-2.0-x"u8.ToArray(), Cancel);
        Assert.True(await arrival);
        var read = new byte[32];
        Assert.Equal("SSH-2.0-x", Encoding.ASCII.GetString(read, 0, DescriptorIo.Read(socket, read)));
    }

    [Fact]
    public async Task A_peer_that_closes_without_a_word_or_stays_silent_says_nothing()
    {
        var (ours, theirs) = SocketPair.Create();
        using (ours)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FirstBytes.ArriveAsync(ours, limit.Token));
            theirs.Dispose();
            Assert.False(await FirstBytes.ArriveAsync(ours, Cancel));
        }
    }

    [Fact]
    public void Where_nothing_listens_the_connection_is_refused()
    {
        int port;
        using (var held = HeldPort.Take(IPAddress.Loopback, 0, isUdp: false))
            port = held.Number;
        Assert.Equal(Errno.ECONNREFUSED, Assert.Throws<LinuxException>(() => TcpConnection.ConnectPlain(IPAddress.Loopback, port)).Errno);
    }
}
