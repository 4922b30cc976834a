using Vmspawn.Qmp;

namespace Vmspawn.Supervise;

/// <summary>How a request to QEMU's monitor ended: accepted, refused, unanswered, or cut off by the connection's end.</summary>
/// <param name="Outcome">The kind of outcome.</param>
/// <param name="Reason">Why it was not accepted, or null.</param>
internal sealed record MonitorRequest(MonitorOutcome Outcome, string? Reason = null)
{
    /// <summary>
    /// The time limit. QEMU answers such requests in milliseconds, also on a busy host; a QEMU that is
    /// stopped, or whose main loop hangs, never answers.
    /// </summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    private static readonly QmpCallOptions Unlimited = new() { Timeout = Timeout.InfiniteTimeSpan };

    public static MonitorRequest Unanswered { get; } =
        new(MonitorOutcome.Unanswered, $"QEMU does not answer on its monitor within {Bound.TotalSeconds:0} s");

    /// <summary>Sends a request and waits for its answer within the time limit.</summary>
    public static async Task<MonitorRequest> SendAsync(
        Func<QmpCallOptions, CancellationToken, Task> request, TimeProvider time, CancellationToken stop)
    {
        using var bound = new CancellationTokenSource(Bound, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, stop);
        try
        {
            await request(Unlimited, either.Token).ConfigureAwait(false);
            return new MonitorRequest(MonitorOutcome.Accepted);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return Unanswered;
        }
        catch (QmpDisconnectedException lost)
        {
            return new MonitorRequest(MonitorOutcome.Disconnected, lost.End.Text);
        }
        catch (QmpException refusal)
        {
            return new MonitorRequest(MonitorOutcome.Refused, refusal.Message);
        }
    }
}

/// <summary>The kinds of outcomes of a request.</summary>
internal enum MonitorOutcome
{
    /// <summary>QEMU has carried it out, or passed it on to the guest.</summary>
    Accepted,

    /// <summary>QEMU answered with an error.</summary>
    Refused,

    /// <summary>No answer within the time limit.</summary>
    Unanswered,

    /// <summary>The connection ended, as it does when QEMU ends.</summary>
    Disconnected,
}
