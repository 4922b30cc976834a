namespace Vmspawn.Linux.Tests.Sockets;

public class DatagramConnectionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Datagrams_arrive_whole_and_in_order_and_one_that_is_cut_off_has_its_length()
    {
        var (one, other) = Pair();
        using (one)
        using (other)
        {
            Assert.True(one.TrySend([1, 2, 3]));
            Assert.True(one.TrySend(new byte[100]));
            Assert.False(one.TrySend([]));
            var buffer = new byte[10];
            Assert.Equal(3, await other.ReceiveAsync(buffer, Cancel));
            Assert.Equal([1, 2, 3], buffer[..3]);
            Assert.Equal(100, await other.ReceiveAsync(buffer, Cancel));
            var later = other.ReceiveAsync(buffer, Cancel).AsTask();
            Assert.False(later.IsCompleted);
            Assert.True(one.TrySend([9]));
            Assert.Equal(1, await later.WaitAsync(TimeSpan.FromSeconds(20), Cancel));
        }
    }

    [Fact]
    public async Task A_full_queue_and_a_receiver_that_is_gone_take_nothing_and_a_closed_socket_ends_its_wait()
    {
        var (one, other) = Pair();
        using (one)
        {
            var sent = 0;
            while (one.TrySend(new byte[1000]))
                Assert.InRange(++sent, 1, 100_000);
            Assert.Equal(1000, await other.ReceiveAsync(new byte[1000], Cancel));
            Assert.True(one.TrySend(new byte[1000]));
            other.Dispose();
            Assert.False(one.TrySend([1]));
            var waiting = one.ReceiveAsync(new byte[1], Cancel).AsTask();
            one.Dispose();
            await Assert.ThrowsAnyAsync<Exception>(() => waiting.WaitAsync(TimeSpan.FromSeconds(20), Cancel));
            Assert.False(one.TrySend([1]));
        }
    }

    [Fact]
    public void Only_a_datagram_socket_is_taken()
    {
        var (stream, other) = SocketPair.Create();
        using (other)
            Assert.Equal(Errno.EPROTOTYPE, Assert.Throws<LinuxException>(() => DatagramConnection.Adopt(stream)).Errno);
        Assert.True(stream.IsClosed);
        var file = OpenFile.Open("/dev/null", writable: false);
        Assert.Equal(Errno.ENOTSOCK, Assert.Throws<LinuxException>(() => DatagramConnection.Adopt(file)).Errno);
    }

    private static (DatagramConnection One, DatagramConnection Other) Pair()
    {
        var (one, other) = DatagramConnection.CreatePair();
        return (DatagramConnection.Adopt(one), DatagramConnection.Adopt(other));
    }
}
