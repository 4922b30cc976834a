using System.Net.Sockets;

namespace Vmspawn.Linux.Tests;

public class QueuedConnectionTests
{
    [Fact]
    public void The_connection_waits_in_the_listeners_queue_and_the_name_is_gone()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, new string('d', 100), "queued");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var (listener, connection) = QueuedConnection.Create(path);
        Assert.False(Path.Exists(path));

        using var ours = new Socket(new SafeSocketHandle(connection.DangerousGetHandle(), ownsHandle: false));
        using var server = new Socket(new SafeSocketHandle(listener.DangerousGetHandle(), ownsHandle: false));
        ours.Send("early"u8);
        using var theirs = server.Accept();
        var buffer = new byte[16];
        Assert.Equal(5, theirs.Receive(buffer));
        listener.Dispose();
        connection.Dispose();
    }

    [Fact]
    public void A_name_that_is_taken_stays_as_it_is()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "taken");
        File.WriteAllText(path, "");
        Assert.Equal(Errno.EADDRINUSE, Assert.Throws<LinuxException>(() => QueuedConnection.Create(path)).Errno);
        Assert.True(File.Exists(path));
    }
}
