using Vmspawn.Options;

namespace Vmspawn.Cli.Running;

/// <summary><c>vmspawn run</c>: from options to the guest's end.</summary>
internal static class RunVerb
{
    /// <param name="options">The machine's options.</param>
    /// <param name="imageName">The name of the image that it boots, or null.</param>
    /// <param name="mode">What is done with the machine.</param>
    /// <param name="failed">Cancelled when a thread has failed: what was started is ended and undone.</param>
    public static async Task<int> RunAsync(VmOptions options, string? imageName, RunMode mode, CancellationToken failed)
    {
        // First, since it counts the seconds.
        var report = new Report(options.Quiet);
        await using var caller = mode is Detached { Link: { } link } ? new CallerLink(link) : null;
        try
        {
            return await RunAsync(options, imageName, mode, caller, report, failed);
        }
        catch (OperationCanceledException) when (caller is { Abandoned.IsCancellationRequested: true })
        {
            // Nobody is left to read a message.
            return ExitStatus.Failed;
        }
    }

    /// <summary>Runs the machine until no client wants it to start again.</summary>
    private static async Task<int> RunAsync(VmOptions options, string? imageName, RunMode mode, CallerLink? caller, Report report, CancellationToken failed)
    {
        StopSignals? signals = null;
        var end = await RunOnceAsync(options, caller, null);
        while (end.Restart is { } restart)
        {
            await using (restart)
                end = await RunOnceAsync(options with { Machine = restart.MachineName }, null, restart);
        }

        return end.Status;

        async Task<RunEnd> RunOnceAsync(VmOptions these, CallerLink? waiting, VmRestart? restart)
        {
            var (planning, status) = await PlanAsync(these, imageName, waiting, report, restart, failed);
            if (planning is null)
                return new RunEnd(status);
            try
            {
                if (mode is OneCommand command)
                    return new RunEnd(await OneCommandRun.RunAsync(planning, command, report, failed));
                // Until the process has ended.
                signals ??= new StopSignals();
                return mode is Detached detached
                    ? await DetachedRun.RunAsync(planning, detached, waiting, report, signals, restart, failed)
                    : await VmRun.RunAsync(planning, report, signals, restart, failed);
            }
            catch (VmLaunchException error)
            {
                restart?.Fail(error.Message);
                Report.Error(error.Message);
                return new RunEnd(ExitStatus.Failed);
            }
        }
    }

    /// <summary>The plan; or null and the exit status, when the reason has been printed.</summary>
    private static async Task<(VmPlanning? Planning, int Status)> PlanAsync(VmOptions options, string? imageName, CallerLink? caller, Report report, VmRestart? restart, CancellationToken failed)
    {
        var environment = HostEnvironment.Of();
        VmPlanning? planning;
        int? stopped;
        try
        {
            (planning, stopped) = await CancelOnSignals.RunAsync(async cancel =>
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, failed, caller?.Abandoned ?? CancellationToken.None);
                return await VmPlanning.OfAsync(await NamedImageOptions.AddAsync(options, imageName, either.Token), environment, either.Token);
            });
        }
        catch (VmImageException error)
        {
            restart?.Fail(error.Message);
            return (null, Report.Failure([NamedImageOptions.Problem(error)]));
        }

        if (stopped is { } status)
            return (null, status);
        foreach (var detail in planning!.Details)
            report.Detail(detail);
        if (planning.Plan is null)
        {
            restart?.Fail(string.Join("; ", planning.Problems));
            return (null, Report.Failure(planning.Problems));
        }

        foreach (var notice in planning.Notices)
            report.Notice(notice);
        return (planning, 0);
    }
}
