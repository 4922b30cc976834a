namespace Vmspawn.Guests;

/// <summary>Several ways into the guest, the best first: the first that answers is used.</summary>
/// <param name="all">All of them; disposed with this.</param>
/// <param name="lack">Why there is none, where there is none.</param>
internal sealed class GuestTransports(IReadOnlyList<IGuestTransport> all, string? lack = null) : IGuestTransport
{
    private readonly CancellationTokenSource _ended = new();

    public string Name => Best?.Name ?? "";

    public bool IsReady => Best is not null;

    /// <summary>The best one that answers now, or null.</summary>
    public IGuestTransport? Best => all.FirstOrDefault(transport => transport.IsReady);

    /// <exception cref="GuestChannelException">There is none at all.</exception>
    public void RequireAny()
    {
        if (all.Count == 0)
            throw new GuestChannelException(lack ?? "the machine was started without a channel into its guest (--guest-channel=no)");
    }

    public async Task WaitAsync(CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _ended.Token);
        var first = await Task.WhenAny(all.Select(transport => transport.WaitAsync(either.Token)).Append(Task.Delay(Timeout.Infinite, either.Token))).ConfigureAwait(false);
        // The others need not wait any longer.
        await either.CancelAsync().ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        if (_ended.IsCancellationRequested)
            throw new GuestChannelException("the machine has ended");
        await first.ConfigureAwait(false);
    }

    public Task<GuestProcess> StartAsync(GuestCommand command, bool hasInput, CancellationToken cancel) =>
        (Best ?? throw new GuestChannelException("the guest does not answer on any channel")).StartAsync(command, hasInput, cancel);

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        foreach (var transport in all)
            await transport.DisposeAsync().ConfigureAwait(false);
        _ended.Dispose();
    }
}
