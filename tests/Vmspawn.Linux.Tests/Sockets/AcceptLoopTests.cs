namespace Vmspawn.Linux.Tests;

public class AcceptLoopTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_failure_of_accept_is_reported_once_and_the_next_connection_is_accepted()
    {
        var calls = 0;
        List<Errno> told = [];
        var welcomed = new TaskCompletionSource();
        using var stop = new CancellationTokenSource();
        var loop = AcceptLoop.RunAsync(
            async cancellation =>
            {
                if (++calls <= 3)
                    throw new LinuxException("accept", null, calls < 3 ? Errno.EMFILE : Errno.ENFILE);
                if (calls > 4)
                    await Task.Delay(Timeout.Infinite, cancellation);
                (var ours, var theirs) = UnixConnection.CreatePair();
                theirs.Dispose();
                return ours;
            },
            connection =>
            {
                connection.Dispose();
                welcomed.SetResult();
                return Task.CompletedTask;
            },
            error => told.Add(((LinuxException)error).Errno),
            TimeProvider.System,
            stop.Token);
        await welcomed.Task.WaitAsync(Bound);
        Assert.Equal([Errno.EMFILE], told);
        await stop.CancelAsync();
        await loop.WaitAsync(Bound);
    }

    [Fact]
    public async Task A_listener_that_is_closed_ends_it_without_a_failure()
    {
        using var directory = new TemporaryDirectory();
        var listener = UnixListener.Bind(directory.File("s"));
        var loop = AcceptLoop.RunAsync(listener.AcceptAsync, _ => Task.CompletedTask, null, TimeProvider.System, CancellationToken.None);
        listener.Dispose();
        await loop.WaitAsync(Bound);
    }
}
