using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Vmspawn.Guests;
using Vmspawn.Linux;

namespace Vmspawn.Tests.Machine;

public sealed class GuestRunTests
{
    [Fact]
    public async Task The_loss_of_a_channel_leaves_no_failure_that_nobody_has_seen()
    {
        var lost = new GuestChannelException("lost");
        var unseen = new ConcurrentQueue<Exception>();
        EventHandler<UnobservedTaskExceptionEventArgs> add = (_, found) => unseen.Enqueue(found.Exception.InnerExceptions[0]);
        TaskScheduler.UnobservedTaskException += add;
        try
        {
            await RunAsync(lost);
            for (var i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            Assert.DoesNotContain(lost, unseen);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= add;
        }
    }

    // Its tasks are garbage when it has returned.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task RunAsync(GuestChannelException lost)
    {
        var channel = new LostChannel(lost);
        var run = new Guest(channel, new RunningWatch(), _ => Task.FromResult(false)).RunAsync(GuestCommand.Shell("poweroff -f"), TestContext.Current.CancellationToken);
        channel.Lose();
        Assert.Same(lost, await Assert.ThrowsAsync<GuestChannelException>(() => run));
    }

    /// <summary>A channel that is lost while a command runs: its streams fail first, and then its end.</summary>
    private sealed class LostChannel(GuestChannelException lost) : IGuestTransport
    {
        private readonly LostProcess _process = new(lost);

        public string Name => "lost";

        public bool IsReady => true;

        public Task WaitAsync(CancellationToken cancel) => Task.CompletedTask;

        public Task<GuestProcess> StartAsync(GuestCommand command, bool hasInput, CancellationToken cancel) => Task.FromResult<GuestProcess>(_process);

        public void Lose() => _process.Lose();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class LostProcess(GuestChannelException lost) : GuestProcess
    {
        private readonly TaskCompletionSource<int> _exit = new();
        private readonly LostStream _stream = new(lost);

        public override Stream Input => Stream.Null;

        public override Stream Output => _stream;

        public override Stream Error => _stream;

        public override Task<int> Exited => _exit.Task;

        public void Lose() => _stream.Lose();

        public override void Send(Signal signal)
        {
        }

        public override void Resize(WindowSize size)
        {
        }

        public override ValueTask DisposeAsync()
        {
            _exit.TrySetException(lost);
            _ = _exit.Task.Exception;
            return ValueTask.CompletedTask;
        }
    }

    private sealed class LostStream(GuestChannelException lost) : AsyncStream
    {
        private readonly TaskCompletionSource _lost = new();

        public override bool CanRead => true;

        public void Lose() => _lost.SetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _lost.Task.WaitAsync(cancellationToken);
            throw lost;
        }
    }
}
