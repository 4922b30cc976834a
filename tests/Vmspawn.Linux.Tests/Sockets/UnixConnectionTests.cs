using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CsCheck;

namespace Vmspawn.Linux.Tests;

public sealed class UnixConnectionTests
{
    private static readonly CancellationToken Soon = new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    [Fact]
    public Task Bytes_arrive_whole_and_in_order_whatever_the_sizes_of_the_pieces() =>
        Gen.Int[1, 300_000].Array[1, 5].SampleAsync(async sizes =>
        {
            (var ours, var theirs) = UnixConnection.CreatePair();
            await using var sender = ours;
            await using var receiver = UnixConnection.Adopt(theirs);
            var all = RandomNumberGenerator.GetBytes(sizes.Sum());
            var sending = Task.Run(async () =>
            {
                var at = 0;
                foreach (var size in sizes)
                {
                    await sender.SendAsync(all.AsMemory(at, size), null, Soon);
                    at += size;
                }
                sender.Dispose();
            });
            using var none = new DescriptorQueue(0);
            using var got = new MemoryStream();
            var buffer = new byte[65536];
            for (int count; (count = await receiver.ReceiveAsync(buffer, none, Soon)) > 0;)
                got.Write(buffer, 0, count);
            await sending;
            return got.ToArray().AsSpan().SequenceEqual(all);
        }, iter: 20);

    [Fact]
    public async Task A_descriptor_arrives_with_its_bytes_as_the_same_open_file_and_closed_on_exec()
    {
        using var directory = new TemporaryDirectory();
        (var ours, var theirs) = UnixConnection.CreatePair();
        using UnixConnection sender = ours, receiver = UnixConnection.Adopt(theirs);
        using var queue = new DescriptorQueue();
        using (var file = File.OpenHandle(directory.File("f"), FileMode.Create, FileAccess.ReadWrite))
        {
            RandomAccess.Write(file, "hello"u8, 0);
            await sender.SendAsync("x"u8.ToArray(), [file, file], Soon);
        }
        var buffer = new byte[10];
        Assert.Equal(1, await receiver.ReceiveAsync(buffer, queue, Soon));
        Assert.Equal(2, queue.Count);
        using var received = queue.Take();
        Assert.Equal(5, RandomAccess.Read(received, buffer, 0));
        var flags = File.ReadLines($"/proc/self/fdinfo/{received.DangerousGetHandle()}").First(l => l.StartsWith("flags:", StringComparison.Ordinal));
        Assert.NotEqual(0, Convert.ToInt32(flags.Split('\t')[1], 8) & 0x80000);
    }

    [Fact]
    public async Task Descriptors_stay_with_the_message_they_came_with()
    {
        (var ours, var theirs) = UnixConnection.CreatePair();
        using UnixConnection sender = ours, receiver = UnixConnection.Adopt(theirs);
        using var file = File.OpenHandle("/dev/null");
        using var queue = new DescriptorQueue();
        await sender.SendAsync("first"u8.ToArray(), null, Soon);
        await sender.SendAsync("second"u8.ToArray(), [file], Soon);
        var buffer = new byte[64];
        var before = await receiver.ReceiveAsync(buffer.AsMemory(0, 5), queue, Soon);
        Assert.Equal((5, 0), (before, queue.Count));
        Assert.Equal(6, await receiver.ReceiveAsync(buffer, queue, Soon));
        Assert.Equal(1, queue.Count);
    }

    [Fact]
    public async Task A_descriptor_is_sent_once_even_when_the_data_fill_the_socket()
    {
        (var ours, var theirs) = UnixConnection.CreatePair();
        using UnixConnection sender = ours, receiver = UnixConnection.Adopt(theirs);
        using var file = File.OpenHandle("/dev/null");
        var filling = sender.SendAsync(new byte[3_000_000], null, Soon).AsTask();
        await Task.Delay(50);
        Assert.False(filling.IsCompleted);
        using var queue = new DescriptorQueue();
        var buffer = new byte[100_000];
        var total = 0;
        while (total < 3_000_000)
            total += await receiver.ReceiveAsync(buffer, queue, Soon);
        await filling;
        var sending = sender.SendAsync(new byte[3_000_000], [file], Soon).AsTask();
        for (total = 0; total < 3_000_000;)
            total += await receiver.ReceiveAsync(buffer, queue, Soon);
        await sending;
        Assert.Equal(1, queue.Count);
    }

    [Fact]
    public async Task Descriptors_that_the_queue_has_no_room_for_are_closed_and_reported()
    {
        using var directory = new TemporaryDirectory();
        var name = directory.File("surplus");
        (var ours, var theirs) = UnixConnection.CreatePair();
        using UnixConnection sender = ours, receiver = UnixConnection.Adopt(theirs);
        using var file = File.OpenHandle(name, FileMode.Create, FileAccess.ReadWrite);
        await sender.SendAsync("x"u8.ToArray(), [.. Enumerable.Repeat<SafeHandle>(file, 253)], Soon);
        using (var queue = new DescriptorQueue(capacity: 3))
        {
            var error = await Assert.ThrowsAsync<LinuxException>(() => receiver.ReceiveAsync(new byte[1], queue, Soon).AsTask());
            Assert.Equal(Errno.EMSGSIZE, error.Errno);
            Assert.Equal(3, queue.Count);
        }
        Assert.Equal(1, OpenDescriptors.Count(name));
    }

    [Fact]
    public async Task A_cancelled_wait_loses_nothing()
    {
        (var ours, var theirs) = UnixConnection.CreatePair();
        using UnixConnection sender = ours, receiver = UnixConnection.Adopt(theirs);
        using var queue = new DescriptorQueue();
        var buffer = new byte[1];
        for (byte i = 0; i < 50; i++)
        {
            using var stop = new CancellationTokenSource();
            var waiting = receiver.ReceiveAsync(buffer, queue, stop.Token).AsTask();
            stop.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
            await sender.SendAsync(new[] { i }, null, Soon);
            Assert.Equal(1, await receiver.ReceiveAsync(buffer, queue, Soon));
            Assert.Equal(i, buffer[0]);
        }
    }

    [Fact]
    public async Task Disposal_ends_a_wait()
    {
        (var ours, var theirs) = UnixConnection.CreatePair();
        using (theirs)
        {
            using var queue = new DescriptorQueue();
            var waiting = ours.ReceiveAsync(new byte[1], queue, Soon).AsTask();
            await Task.Delay(20);
            ours.Dispose();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        }
    }

    [Fact]
    public async Task The_end_of_a_peer_is_noticed_although_it_left_bytes_unread_and_not_before()
    {
        (var ours, var theirs) = UnixConnection.CreatePair();
        await using var watched = ours;
        var gone = watched.WaitPeerGoneAsync(Soon);
        var peer = UnixConnection.Adopt(theirs);
        await peer.SendAsync("some"u8.ToArray(), null, Soon);
        using var none = new DescriptorQueue(0);
        var buffer = new byte[1];
        for (var n = 0; n < 3; n++)
            Assert.Equal(1, await watched.ReceiveAsync(buffer, none, Soon));
        await Task.Delay(50, Soon);
        Assert.False(gone.IsCompleted);
        peer.Dispose();
        await gone;
        await watched.WaitPeerGoneAsync(Soon);
        Assert.Equal(1, await watched.ReceiveAsync(buffer, none, Soon));
        Assert.Equal(0, await watched.ReceiveAsync(buffer, none, Soon));
    }

    [Fact]
    public async Task A_peer_that_closed_only_its_sending_side_is_not_gone()
    {
        (var ours, var theirs) = UnixConnection.CreatePair();
        await using var watched = ours;
        using var socket = new System.Net.Sockets.Socket(new System.Net.Sockets.SafeSocketHandle(theirs.DangerousGetHandle(), ownsHandle: true));
        theirs.SetHandleAsInvalid();
        var gone = watched.WaitPeerGoneAsync(Soon);
        socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        using var none = new DescriptorQueue(0);
        Assert.Equal(0, await watched.ReceiveAsync(new byte[1], none, Soon));
        await Task.Delay(50, Soon);
        Assert.False(gone.IsCompleted);
        socket.Close();
        await gone;
    }

    [Fact]
    public async Task A_wait_for_the_end_of_a_peer_can_be_cancelled_and_made_again()
    {
        (var ours, var theirs) = UnixConnection.CreatePair();
        await using var watched = ours;
        using (theirs)
        {
            using var stop = new CancellationTokenSource();
            var first = watched.WaitPeerGoneAsync(stop.Token);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
            var second = watched.WaitPeerGoneAsync(Soon);
            watched.Dispose();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => second);
        }
    }

    [Fact]
    public async Task Sending_to_a_peer_that_left_is_an_error_and_not_a_signal()
    {
        (var ours, var theirs) = UnixConnection.CreatePair();
        using var sender = ours;
        theirs.Dispose();
        var error = await Assert.ThrowsAsync<LinuxException>(() => sender.SendAsync(new byte[1], null, Soon).AsTask());
        Assert.Equal(Errno.EPIPE, error.Errno);
        Assert.Equal("sendmsg: Broken pipe (EPIPE)", error.Message);
    }
}
