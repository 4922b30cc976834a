using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Vmspawn.Linux.Tests;

namespace Vmspawn.Linux;

public sealed class DatagramSocketTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_message_arrives_at_a_path_and_at_an_abstract_name()
    {
        var path = Path.Combine(_directory.Path, "socket");
        using var receiver = Receiver(path);
        DatagramSocket.Send(path, "one"u8, TimeSpan.Zero);
        Assert.Equal("one", Heard(receiver));

        var name = $"vmspawn-test-{Guid.NewGuid():n}";
        using var hidden = Receiver($"\0{name}");
        DatagramSocket.Send($"@{name}", "two"u8, TimeSpan.Zero);
        Assert.Equal("two", Heard(hidden));
    }

    [Fact]
    public void A_message_is_not_cut()
    {
        var path = Path.Combine(_directory.Path, "socket");
        using var receiver = Receiver(path);
        var message = Encoding.ASCII.GetBytes(new string('m', 10_000));
        DatagramSocket.Send(path, message, TimeSpan.Zero);
        Assert.Equal(message.Length, Heard(receiver).Length);
    }

    [Fact]
    public void A_receiver_that_makes_no_room_is_waited_for_no_longer_than_the_bound()
    {
        var path = Path.Combine(_directory.Path, "socket");
        using var receiver = Receiver(path);
        var clock = Stopwatch.StartNew();
        var full = Assert.Throws<LinuxException>(() =>
        {
            for (var i = 0; i < 10_000; i++)
                DatagramSocket.Send(path, "again"u8, TimeSpan.FromMilliseconds(50));
        });
        Assert.Equal(Errno.EAGAIN, full.Errno);
        Assert.InRange(clock.Elapsed, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void A_missing_listener_is_an_error()
    {
        Assert.Equal(Errno.ENOENT, Fails(Path.Combine(_directory.Path, "none")));
        Assert.Equal(Errno.ECONNREFUSED, Fails("@vmspawn-test-none"));
        Assert.Equal(Errno.ENAMETOOLONG, Fails("@" + new string('x', 108)));
    }

    private static Errno Fails(string address) => Assert.Throws<LinuxException>(() => DatagramSocket.Send(address, "x"u8, TimeSpan.Zero)).Errno;

    private static Socket Receiver(string address)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        socket.Bind(new UnixDomainSocketEndPoint(address));
        return socket;
    }

    private static string Heard(Socket receiver)
    {
        var buffer = new byte[20_000];
        return Encoding.ASCII.GetString(buffer, 0, receiver.Receive(buffer));
    }
}
