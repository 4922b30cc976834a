using System.Threading.Channels;
using Vmspawn.Notify;
using Vmspawn.Qmp;

namespace Vmspawn.Supervise;

/// <summary>Hears what the guest reports beside everything else, and puts into the inbox that it did.</summary>
internal sealed class GuestLink : IAsyncDisposable
{
    /// <summary>What the guest wrote last is there when QEMU is gone; only somebody else who holds the socket could keep us.</summary>
    private static readonly TimeSpan LastWordsBound = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stop = new();
    private readonly GuestReport _report;
    private readonly Task _hearing;
    private readonly Task _streams;

    public GuestLink(IReadOnlyList<NotifyReceiver> receivers, ChannelWriter<SupervisorEvent> inbox)
    {
        _report = new GuestReport(() => inbox.TryWrite(new GuestReported()));
        var tasks = receivers.Select(receiver => (receiver.EndsWithQemu, Task: receiver.ReceiveAsync(_report.Hear, _stop.Token))).ToList();
        _hearing = Task.WhenAll(tasks.Select(one => one.Task));
        _streams = Task.WhenAll(tasks.Where(one => one.EndsWithQemu).Select(one => one.Task));
    }

    /// <summary>What it has said by now.</summary>
    public GuestState State => _report.State;

    /// <summary>The same for who reads the inbox: what comes later is announced again.</summary>
    public GuestState Take() => _report.Take();

    /// <summary>What it had said in the end, when QEMU is gone.</summary>
    public async Task<GuestState> LastWordsAsync()
    {
        await Task.WhenAny(_streams, Task.Delay(LastWordsBound));
        return State;
    }

    /// <summary>Forgets what it said when it reboots, until QEMU's end.</summary>
    public async Task FollowAsync(QmpClient qemu)
    {
        using var events = qemu.Subscribe(new QmpEventOptions { Filter = happened => happened.Name == "RESET", Overflow = QmpOverflow.DropOldest });
        try
        {
            await foreach (var _ in events)
                _report.Forget();
        }
        catch (QmpException)
        {
            // With QEMU gone nobody reboots.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _hearing;
        _stop.Dispose();
    }
}
