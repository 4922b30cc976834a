using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>A helper that has been started.</summary>
internal sealed class RunningHelper : IAsyncDisposable
{
    /// <summary>Time limit for a killed process to exit, on a busy host.</summary>
    private static readonly TimeSpan KillBound = TimeSpan.FromSeconds(5);

    private readonly ChildProcess _process;
    private readonly StderrTail _stderr;

    private RunningHelper(HelperPlan plan, ChildProcess process, StderrTail stderr)
    {
        Plan = plan;
        _process = process;
        _stderr = stderr;
    }

    public HelperPlan Plan { get; }

    /// <summary>Completes with its exit.</summary>
    public Task<ChildExit> Exited => _process.Exited;

    /// <summary>Its standard error so far, as the end of a sentence; empty when it wrote nothing.</summary>
    public string Excerpt => StderrExcerpt.Of(_stderr.Text);

    /// <summary>The same after its exit, including output that has not arrived yet.</summary>
    public Task<string> FinalExcerptAsync(CancellationToken cancel) => StderrExcerpt.AfterAsync(_stderr, cancel);

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    public SupervisedProcess Supervised =>
        new(Plan.Subject, _process.Id, _process.Exited, signal => _process.Send(signal), ProcessOutput.Of(_stderr))
        {
            LeavesWithQemu = Plan.LeavesWithQemu,
            Hints = Plan.Hints,
        };

    /// <param name="plan">The helper.</param>
    /// <param name="descriptors">Its open descriptors; the caller closes them.</param>
    /// <exception cref="LaunchException">It cannot be executed.</exception>
    public static RunningHelper Start(HelperPlan plan, IReadOnlyList<ChildDescriptor> descriptors)
    {
        var errors = Pipe.Create();
        var stderr = new StderrTail(errors.ReadEnd);
        try
        {
            var process = ChildProcess.Start(new ChildSpec(plan.Command[0], [.. plan.Command.Skip(1)])
            {
                Descriptors = descriptors,
                StandardOutput = errors.WriteEnd,
                StandardError = errors.WriteEnd,
                // virtiofsd serves from a second process, which must not outlive the machine either.
                TakesGroupAlong = true,
            });
            return new RunningHelper(plan, process, stderr);
        }
        catch (LinuxException error)
        {
            stderr.Dispose();
            throw new LaunchException($"start {plan.Subject}", error.Message, error);
        }
        finally
        {
            // The reader owns the other end.
            errors.WriteEnd.Dispose();
        }
    }

    /// <summary>Kills it if it still runs, and waits for its exit: it writes into directories that are removed next.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Dispose();
        await ((Task)_process.Exited).WaitAsync(KillBound).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stderr.Dispose();
    }
}
