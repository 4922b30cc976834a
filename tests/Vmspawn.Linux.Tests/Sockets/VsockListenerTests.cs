namespace Vmspawn.Linux.Tests.Sockets;

/// <summary>As far as a kernel without machines goes; one without AF_VSOCK says so.</summary>
public class VsockListenerTests
{
    [Fact]
    public async Task A_free_port_is_used_by_no_other_listener_and_waiting_ends_with_the_listener()
    {
        VsockListener listener;
        try
        {
            listener = VsockListener.Bind();
        }
        catch (LinuxException none)
        {
            Assert.Equal(Errno.EAFNOSUPPORT, none.Errno);
            return;
        }

        Assert.NotInRange(listener.Port, VsockListener.AnyPort, VsockListener.AnyPort);
        Assert.Equal(Errno.EADDRINUSE, Assert.Throws<LinuxException>(() => VsockListener.Bind(listener.Port)).Errno);
        var waiting = listener.AcceptAsync(3, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);
        listener.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        VsockListener.Bind(listener.Port).Dispose();
    }
}
