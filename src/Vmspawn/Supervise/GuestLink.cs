using System.Threading.Channels;
using Vmspawn.Linux;
using Vmspawn.Notify;

namespace Vmspawn.Supervise;

/// <summary>Receives the guest's notifications in the background, and notifies the inbox.</summary>
internal sealed class GuestLink
{
    /// <summary>The guest's last notifications are in the socket when QEMU has exited; only another process that holds the socket could delay its end.</summary>
    private static readonly TimeSpan FinalReportBound = TimeSpan.FromMilliseconds(500);

    private readonly GuestReport _report;
    private readonly TimeProvider _time;
    private readonly List<Task> _streams = [];

    /// <param name="before">What the guest reported before it was frozen.</param>
    /// <param name="receivers">The receivers of notifications.</param>
    /// <param name="inbox">The supervisor's.</param>
    /// <param name="background">Runs the receivers; a failure of one is reported and affects nothing else.</param>
    /// <param name="problem">Receives the reason of a temporary failure of a receiver.</param>
    /// <param name="time">The clock of the time limits.</param>
    public GuestLink(
        GuestState before, IReadOnlyList<NotifyReceiver> receivers, ChannelWriter<SupervisorEvent> inbox, BackgroundTasks background, Action<string> problem, TimeProvider time)
    {
        _report = new GuestReport(() => inbox.TryWrite(new GuestReported()), before);
        if (before != GuestState.Silent)
            inbox.TryWrite(new GuestReported());
        _time = time;
        foreach (var receiver in receivers)
        {
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (receiver.EndsWithQemu)
                _streams.Add(ended.Task);
            background.Run("receive the guest's reports", async stop =>
            {
                try
                {
                    await receiver.ReceiveAsync(_report.Receive, problem, stop).ConfigureAwait(false);
                }
                finally
                {
                    ended.TrySetResult();
                }
            });
        }
    }

    /// <summary>The reported state.</summary>
    public GuestState State => _report.State;

    /// <summary>The same for the inbox's reader: later reports notify the inbox again.</summary>
    public GuestState Take() => _report.Take();

    /// <summary>The guest restarts, so its earlier reports are void.</summary>
    public void Forget() => _report.Forget();

    /// <summary>The reported state at QEMU's exit.</summary>
    public async Task<GuestState> FinalReportAsync()
    {
        await Task.WhenAll(_streams).WaitAsync(FinalReportBound, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return State;
    }
}
