using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CsCheck;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux.Tests;

public sealed class UnixConnectionTests
{
    private static readonly CancellationToken Soon = new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    [Fact]
    public Task Bytes_arrive_whole_and_in_order_whatever_the_sizes_of_the_pieces() =>
        Gen.Int[1, 300_000].Array[1, 5].SampleAsync(async sizes =>
        {
            (UnixConnection ours, SafeFileHandle theirs) = UnixConnection.CreatePair();
            await using UnixConnection sender = ours;
            await using UnixConnection receiver = UnixConnection.Adopt(theirs);
            byte[] all = RandomNumberGenerator.GetBytes(sizes.Sum());
            Task sending = Task.Run(async () =>
            {
                int at = 0;
                foreach (int size in sizes)
                {
                    await sender.SendAsync(all.AsMemory(at, size), null, Soon);
                    at += size;
                }
                sender.Dispose();
            });
            using var none = new DescriptorQueue(0);
            using var got = new MemoryStream();
            byte[] buffer = new byte[65536];
            for (int count; (count = await receiver.ReceiveAsync(buffer, none, Soon)) > 0;)
                got.Write(buffer, 0, count);
            await sending;
            return got.ToArray().AsSpan().SequenceEqual(all);
        }, iter: 20);

    [Fact]
    public async Task A_descriptor_arrives_with_its_bytes_as_the_same_open_file_and_closed_on_exec()
    {
        using var directory = new TemporaryDirectory();
        (UnixConnection ours, SafeFileHandle theirs) = UnixConnection.CreatePair();
        using UnixConnection sender = ours, receiver = UnixConnection.Adopt(theirs);
        using var queue = new DescriptorQueue();
        using (SafeFileHandle file = File.OpenHandle(directory.File("f"), FileMode.Create, FileAccess.ReadWrite))
        {
            RandomAccess.Write(file, "hello"u8, 0);
            await sender.SendAsync("x"u8.ToArray(), [file, file], Soon);
        }
        byte[] buffer = new byte[10];
        Assert.Equal(1, await receiver.ReceiveAsync(buffer, queue, Soon));
        Assert.Equal(2, queue.Count);
        using SafeFileHandle received = queue.Take();
        Assert.Equal(5, RandomAccess.Read(received, buffer, 0));
        string flags = File.ReadLines($"/proc/self/fdinfo/{received.DangerousGetHandle()}").First(l => l.StartsWith("flags:", StringComparison.Ordinal));
        Assert.NotEqual(0, Convert.ToInt32(flags.Split('\t')[1], 8) & 0x80000);
    }

    [Fact]
    public async Task Descriptors_stay_with_the_message_they_came_with()
    {
        (UnixConnection ours, SafeFileHandle theirs) = UnixConnection.CreatePair();
        using UnixConnection sender = ours, receiver = UnixConnection.Adopt(theirs);
        using SafeFileHandle file = File.OpenHandle("/dev/null");
        using var queue = new DescriptorQueue();
        await sender.SendAsync("first"u8.ToArray(), null, Soon);
        await sender.SendAsync("second"u8.ToArray(), [file], Soon);
        byte[] buffer = new byte[64];
        int before = await receiver.ReceiveAsync(buffer.AsMemory(0, 5), queue, Soon);
        Assert.Equal((5, 0), (before, queue.Count));
        Assert.Equal(6, await receiver.ReceiveAsync(buffer, queue, Soon));
        Assert.Equal(1, queue.Count);
    }

    [Fact]
    public async Task A_descriptor_is_sent_once_even_when_the_data_fill_the_socket()
    {
        (UnixConnection ours, SafeFileHandle theirs) = UnixConnection.CreatePair();
        using UnixConnection sender = ours, receiver = UnixConnection.Adopt(theirs);
        using SafeFileHandle file = File.OpenHandle("/dev/null");
        Task filling = sender.SendAsync(new byte[3_000_000], null, Soon).AsTask();
        await Task.Delay(50);
        Assert.False(filling.IsCompleted);
        using var queue = new DescriptorQueue();
        byte[] buffer = new byte[100_000];
        int total = 0;
        while (total < 3_000_000)
            total += await receiver.ReceiveAsync(buffer, queue, Soon);
        await filling;
        Task sending = sender.SendAsync(new byte[3_000_000], [file], Soon).AsTask();
        for (total = 0; total < 3_000_000;)
            total += await receiver.ReceiveAsync(buffer, queue, Soon);
        await sending;
        Assert.Equal(1, queue.Count);
    }

    [Fact]
    public async Task Descriptors_that_the_queue_has_no_room_for_are_closed_and_reported()
    {
        using var directory = new TemporaryDirectory();
        string name = directory.File("surplus");
        (UnixConnection ours, SafeFileHandle theirs) = UnixConnection.CreatePair();
        using UnixConnection sender = ours, receiver = UnixConnection.Adopt(theirs);
        using SafeFileHandle file = File.OpenHandle(name, FileMode.Create, FileAccess.ReadWrite);
        await sender.SendAsync("x"u8.ToArray(), [.. Enumerable.Repeat<SafeHandle>(file, 253)], Soon);
        using (var queue = new DescriptorQueue(capacity: 3))
        {
            LinuxException error = await Assert.ThrowsAsync<LinuxException>(() => receiver.ReceiveAsync(new byte[1], queue, Soon).AsTask());
            Assert.Equal(Errno.EMSGSIZE, error.Errno);
            Assert.Equal(3, queue.Count);
        }
        Assert.Equal(1, OpenDescriptors.Count(name));
    }

    [Fact]
    public async Task A_cancelled_wait_loses_nothing()
    {
        (UnixConnection ours, SafeFileHandle theirs) = UnixConnection.CreatePair();
        using UnixConnection sender = ours, receiver = UnixConnection.Adopt(theirs);
        using var queue = new DescriptorQueue();
        byte[] buffer = new byte[1];
        for (byte i = 0; i < 50; i++)
        {
            using var stop = new CancellationTokenSource();
            Task<int> waiting = receiver.ReceiveAsync(buffer, queue, stop.Token).AsTask();
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
        (UnixConnection ours, SafeFileHandle theirs) = UnixConnection.CreatePair();
        using (theirs)
        {
            using var queue = new DescriptorQueue();
            Task<int> waiting = ours.ReceiveAsync(new byte[1], queue, Soon).AsTask();
            await Task.Delay(20);
            ours.Dispose();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        }
    }

    [Fact]
    public async Task Sending_to_a_peer_that_left_is_an_error_and_not_a_signal()
    {
        (UnixConnection ours, SafeFileHandle theirs) = UnixConnection.CreatePair();
        using UnixConnection sender = ours;
        theirs.Dispose();
        LinuxException error = await Assert.ThrowsAsync<LinuxException>(() => sender.SendAsync(new byte[1], null, Soon).AsTask());
        Assert.Equal(Errno.EPIPE, error.Errno);
        Assert.Equal("sendmsg: Broken pipe (EPIPE)", error.Message);
    }
}
