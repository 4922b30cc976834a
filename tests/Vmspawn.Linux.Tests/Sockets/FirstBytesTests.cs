using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Vmspawn.Linux;

public class FirstBytesTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_bytes_of_a_peer_are_left_to_the_reader()
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
    public async Task A_peer_that_stays_silent_or_closes_without_sending_has_no_first_bytes()
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
