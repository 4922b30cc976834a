using System.Net.Sockets;
using System.Text;
using Vmspawn.Linux;
using Vmspawn.Notify;

namespace Vmspawn.Tests.Notify;

/// <summary>What comes of messages, and of guests that mean us no good.</summary>
public sealed class NotifyReceiverTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _problems = [];

    [Fact]
    public async Task Each_connection_is_a_message_and_one_without_data_delays_no_other()
    {
        var path = Path.Combine(_directory.Path, "socket");
        using var receiver = NotifyReceiver.At(UnixListener.Bind(path));
        var report = new GuestReport(() => { });
        var hearing = receiver.ReceiveAsync(report.Receive, _problems.Enqueue, _stop.Token);
        using var silent = Connect(path);
        Say(path, "READY=1\n");
        Say(path, "EXIT_STATUS=3");
        await Until(() => report.State == new GuestState(true, null, 3));
        await _stop.CancelAsync();
        await hearing.WaitAsync(Bound, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_connection_is_closed_after_one_message_however_long_it_is()
    {
        var path = Path.Combine(_directory.Path, "socket");
        using var receiver = NotifyReceiver.At(UnixListener.Bind(path));
        var report = new GuestReport(() => { });
        var hearing = receiver.ReceiveAsync(report.Receive, _problems.Enqueue, _stop.Token);
        using var guest = Connect(path);
        guest.Send(Encoding.ASCII.GetBytes("STATUS=first\n" + new string('x', 2 * NotifyMessage.LargestSize) + "\nREADY=1\n"));
        await Until(() => report.State.Status == "first");
        Assert.False(report.State.Ready);
        guest.ReceiveTimeout = (int)Bound.TotalMilliseconds;
        // Closed with unread bytes.
        Assert.Equal(SocketError.ConnectionReset, Assert.Throws<SocketException>(() => guest.Receive(new byte[1])).SocketErrorCode);
        await _stop.CancelAsync();
        await hearing.WaitAsync(Bound, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Lines_of_a_port_are_messages_whole_or_in_pieces_and_one_without_end_is_none()
    {
        var (ours, theirs) = UnixConnection.CreatePair();
        using var receiver = NotifyReceiver.Over(ours);
        var report = new GuestReport(() => { });
        var hearing = receiver.ReceiveAsync(report.Receive, _problems.Enqueue, _stop.Token);
        using (var port = new FileStream(theirs, FileAccess.Write, bufferSize: 0))
        {
            port.Write("STA"u8);
            port.Flush();
            port.Write("TUS=in pieces\nREADY=1\nEXIT_"u8);
            await Until(() => report.State == new GuestState(true, "in pieces", null));
            port.Write(Encoding.ASCII.GetBytes(new string('y', 3 * NotifyMessage.LargestSize)));
            port.Write("\nSTATUS=after\nEXIT_STATUS=9\n"u8);
        }

        await hearing.WaitAsync(Bound, TestContext.Current.CancellationToken);
        Assert.Equal(new GuestState(true, "after", 9), report.State);
    }

    [Fact]
    public async Task A_shortage_of_descriptors_is_reported_once_and_the_next_report_is_received()
    {
        var report = new GuestReport(() => { });
        var (ours, theirs) = UnixConnection.CreatePair();
        var tries = 0;
        var serving = NotifyConnections.ServeAsync(
            async stop =>
            {
                if (++tries <= 2)
                    throw new LinuxException("accept", "socket", Errno.EMFILE);
                if (tries > 3)
                    await Task.Delay(Timeout.Infinite, stop);
                return ours;
            },
            report.Receive, _problems.Enqueue, _stop.Token);
        using (var guest = new FileStream(theirs, FileAccess.Write, bufferSize: 0))
            guest.Write("READY=1"u8);
        await Until(() => report.State.Ready);
        Assert.Contains("EMFILE", Assert.Single(_problems), StringComparison.Ordinal);
        await _stop.CancelAsync();
        await serving.WaitAsync(Bound, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Reports_in_a_flood_are_announced_once_until_the_state_is_read()
    {
        var announced = 0;
        var report = new GuestReport(() => announced++);
        for (var i = 0; i < 1000; i++)
            report.Receive(new NotifyMessage(false, $"{i}", null));
        Assert.Equal(1, announced);
        Assert.Equal("999", report.Take().Status);
        report.Receive(new NotifyMessage(false, "999", null));
        Assert.Equal(1, announced);
        report.Receive(new NotifyMessage(true, null, null));
        Assert.Equal((2, new GuestState(true, "999", null)), (announced, report.Take()));
    }

    public void Dispose()
    {
        _stop.Dispose();
        _directory.Dispose();
    }

    private static Socket Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private static void Say(string path, string message)
    {
        using var socket = Connect(path);
        socket.Send(Encoding.ASCII.GetBytes(message));
    }

    private static async Task Until(Func<bool> condition)
    {
        for (var end = DateTime.UtcNow + Bound; !condition() && DateTime.UtcNow < end;)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        Assert.True(condition());
    }
}
