using Vmspawn.Linux;

namespace Vmspawn.Guests;

/// <summary>Several ways into the guest, the best first: the first that answers is used.</summary>
/// <param name="all">All of them; disposed with this.</param>
/// <param name="lack">Why there is none, where there is none.</param>
internal sealed class GuestTransports(IReadOnlyList<IGuestTransport> all, string? lack = null) : IGuestTransport
{
    private readonly CancellationTokenSource _ended = new();
    private readonly BackgroundTasks _background = new((_, _) => { });
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _closed;

    public string Name => Best?.Name ?? "";

    public bool IsReady => Best is not null && IsOpen;

    /// <summary>The same for what has to happen in the guest before anybody uses it: see <see cref="Close"/>.</summary>
    public IGuestTransport Early => new EarlyTransport(this);

    private bool IsOpen => Volatile.Read(ref _closed) == 0 || _opened.Task.IsCompleted;

    /// <summary>The best one that answers now, or null.</summary>
    public IGuestTransport? Best => all.FirstOrDefault(transport => transport.IsReady);

    /// <exception cref="GuestChannelException">There is none at all.</exception>
    public void RequireAny()
    {
        if (all.Count == 0)
            throw new GuestChannelException(lack ?? "the machine was started without a channel into its guest (--guest-channel=no)");
    }

    /// <summary>Lets callers wait until <see cref="Open"/>, as if the guest did not answer.</summary>
    public void Close() => Volatile.Write(ref _closed, 1);

    /// <summary>The guest can be used.</summary>
    public void Open() => _opened.TrySetResult();

    public async Task WaitAsync(CancellationToken cancel)
    {
        await WaitAnyAsync(cancel).ConfigureAwait(false);
        if (!IsOpen)
            await _opened.Task.WaitAsync(cancel).ConfigureAwait(false);
    }

    private async Task WaitAnyAsync(CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _ended.Token);
        List<Task> waits = [.. all.Select(transport => transport.WaitAsync(either.Token)), Task.Delay(Timeout.Infinite, either.Token)];
        var first = await Task.WhenAny(waits).ConfigureAwait(false);
        // The others need not wait any longer; why they end does not matter, and the caller does not wait for it.
        await either.CancelAsync().ConfigureAwait(false);
        _background.Run("end the waits on other channels", async _ => await Task.WhenAll(waits).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing));
        cancel.ThrowIfCancellationRequested();
        if (_ended.IsCancellationRequested)
            throw new GuestChannelException("the machine has ended");
        await first.ConfigureAwait(false);
    }

    public async Task<GuestProcess> StartAsync(GuestCommand command, bool hasInput, CancellationToken cancel)
    {
        if (!IsOpen)
            await _opened.Task.WaitAsync(cancel).ConfigureAwait(false);
        return await StartNowAsync(command, hasInput, cancel).ConfigureAwait(false);
    }

    private Task<GuestProcess> StartNowAsync(GuestCommand command, bool hasInput, CancellationToken cancel) =>
        (Best ?? throw new GuestChannelException("the guest does not answer on any channel")).StartAsync(command, hasInput, cancel);

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        Open();
        foreach (var transport in all)
            await transport.DisposeAsync().ConfigureAwait(false);
        await _background.DisposeAsync().ConfigureAwait(false);
        _ended.Dispose();
    }

    private sealed class EarlyTransport(GuestTransports all) : IGuestTransport
    {
        public string Name => all.Name;

        public bool IsReady => all.Best is not null;

        public Task WaitAsync(CancellationToken cancel) => all.WaitAnyAsync(cancel);

        public Task<GuestProcess> StartAsync(GuestCommand command, bool hasInput, CancellationToken cancel) => all.StartNowAsync(command, hasInput, cancel);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
