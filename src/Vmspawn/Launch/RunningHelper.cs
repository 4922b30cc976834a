using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>A helper that has been started.</summary>
internal sealed class RunningHelper : IDisposable
{
    /// <summary>How long a killed process takes at most to be gone, on a busy host.</summary>
    private static readonly TimeSpan KillBound = TimeSpan.FromSeconds(5);

    private readonly StderrTail _stderr;

    private RunningHelper(HelperPlan plan, ChildProcess process, StderrTail stderr)
    {
        Plan = plan;
        Process = process;
        _stderr = stderr;
    }

    public HelperPlan Plan { get; }

    public ChildProcess Process { get; }

    /// <summary>What it said, as the end of a sentence; empty when it said nothing.</summary>
    public string Words => StderrExcerpt.After(_stderr);

    /// <summary>What it said, as a sentence, or null.</summary>
    public string? Said => Words is { Length: > 0 } words ? $"{Plan.Subject}{words}" : null;

    /// <param name="plan">What to start.</param>
    /// <param name="descriptors">What the plan names, opened; they stay the caller's.</param>
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
            // The end that is read is the reader's.
            errors.WriteEnd.Dispose();
        }
    }

    /// <summary>Kills it if it still runs, and waits until it is gone: it writes into what is removed next.</summary>
    public void Dispose()
    {
        Process.Dispose();
        Process.Exited.Wait(KillBound);
        _stderr.Dispose();
    }
}
