using System.Threading.Channels;
using Vmspawn.Linux;
using Vmspawn.Notify;

namespace Vmspawn.Supervise;

/// <summary>Receives what the guest reports beside everything else, and puts into the inbox that it did.</summary>
internal sealed class GuestLink
{
    /// <summary>What the guest wrote last has arrived when QEMU has ended; only another process that holds the socket could delay its end.</summary>
    private static readonly TimeSpan FinalReportBound = TimeSpan.FromMilliseconds(500);

    private readonly GuestReport _report;
    private readonly TimeProvider _time;
    private readonly List<Task> _streams = [];

    /// <param name="receivers">Where the reports come in.</param>
    /// <param name="inbox">The supervisor's.</param>
    /// <param name="background">Runs the receivers; a failure of one is reported and affects nothing else.</param>
    /// <param name="problem">Takes what hinders a receiver for a while.</param>
    /// <param name="time">The clock of the bounds.</param>
    public GuestLink(
        IReadOnlyList<NotifyReceiver> receivers, ChannelWriter<SupervisorEvent> inbox, BackgroundTasks background, Action<string> problem, TimeProvider time)
    {
        _report = new GuestReport(() => inbox.TryWrite(new GuestReported()));
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
                    await receiver.ReceiveAsync(_report.Receive, problem, stop);
                }
                finally
                {
                    ended.TrySetResult();
                }
            });
        }
    }

    /// <summary>What it has reported so far.</summary>
    public GuestState State => _report.State;

    /// <summary>The same for the inbox's reader: later reports are announced again.</summary>
    public GuestState Take() => _report.Take();

    /// <summary>The guest restarts: what it reported is no longer true.</summary>
    public void Forget() => _report.Forget();

    /// <summary>What it had reported at QEMU's end.</summary>
    public async Task<GuestState> FinalReportAsync()
    {
        await Task.WhenAll(_streams).WaitAsync(FinalReportBound, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return State;
    }
}
