using Vmspawn.Options;

namespace Vmspawn.Cli.Running;

/// <summary><c>vmspawn run</c>: from options to the guest's end.</summary>
internal static class RunVerb
{
    /// <param name="options">The machine's options.</param>
    /// <param name="mode">What is done with the machine.</param>
    /// <param name="failed">Cancelled when a thread has failed: what was started is ended and undone.</param>
    public static async Task<int> RunAsync(VmOptions options, RunMode mode, CancellationToken failed)
    {
        // First, since it counts the seconds.
        var report = new Report(options.Quiet);
        await using var caller = mode is Detached { Link: { } link } ? new CallerLink(link) : null;
        try
        {
            return await RunAsync(options, mode, caller, report, failed);
        }
        catch (OperationCanceledException) when (caller is { Abandoned.IsCancellationRequested: true })
        {
            // Nobody is left to read a message.
            return ExitStatus.Failed;
        }
    }

    private static async Task<int> RunAsync(VmOptions options, RunMode mode, CallerLink? caller, Report report, CancellationToken failed)
    {
        var environment = HostEnvironment.Of();
        var (planning, stopped) = await CancelOnSignals.RunAsync(async cancel =>
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, failed, caller?.Abandoned ?? CancellationToken.None);
            return await VmPlanning.OfAsync(options, environment, either.Token);
        });
        if (stopped is { } status)
            return status;
        foreach (var detail in planning!.Details)
            report.Detail(detail);
        if (planning.Plan is null)
            return Report.Failure(planning.Problems);

        foreach (var notice in planning.Notices)
            report.Notice(notice);
        try
        {
            return mode switch
            {
                OneCommand command => await OneCommandRun.RunAsync(planning, command, report, failed),
                Detached detached => await DetachedRun.RunAsync(planning, detached, caller!, report, failed),
                _ => await VmRun.RunAsync(planning, report, failed),
            };
        }
        catch (VmLaunchException error)
        {
            Report.Error(error.Message);
            return ExitStatus.Failed;
        }
    }
}
