using Vmspawn.Guests;

namespace Vmspawn.Tests.Guests;

public class GuestTransportsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_that_answers_is_used_and_the_end_of_the_others_is_not_waited_for()
    {
        var (slow, quick) = (new Way("slow"), new Way("quick"));
        await using var all = new GuestTransports([slow, quick]);
        var waiting = all.WaitAsync(Cancel);
        quick.Answer();
        await waiting.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        Assert.Equal("quick", all.Name);
        Assert.True(slow.IsCancelled);
        slow.Fail();
    }

    [Fact]
    public async Task Until_they_are_opened_only_early_callers_get_through()
    {
        var way = new Way("way");
        await using var all = new GuestTransports([way]);
        all.Close();
        way.Answer();
        await all.Early.WaitAsync(Cancel);
        var waiting = all.WaitAsync(Cancel);
        var starting = all.StartAsync(new GuestCommand("true"), hasInput: false, Cancel);
        Assert.Equal((false, false, false, true), (all.IsReady, waiting.IsCompleted, starting.IsCompleted, all.Early.IsReady));
        all.Open();
        await waiting;
        Assert.True(all.IsReady);
        await Assert.ThrowsAsync<GuestChannelException>(() => starting);
    }

    /// <summary>A way that ends a wait only when it answers or fails, whatever its token says.</summary>
    private sealed class Way(string name) : IGuestTransport
    {
        private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private CancellationToken _cancel;

        public string Name => name;

        public bool IsReady { get; private set; }

        public bool IsCancelled => _cancel.IsCancellationRequested;

        public void Answer()
        {
            IsReady = true;
            _answer.TrySetResult();
        }

        public void Fail() => _answer.TrySetException(new IOException("nobody is interested"));

        public Task WaitAsync(CancellationToken cancel)
        {
            _cancel = cancel;
            return _answer.Task;
        }

        public Task<GuestProcess> StartAsync(GuestCommand command, bool hasInput, CancellationToken cancel) => throw new GuestChannelException("this one runs nothing");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
