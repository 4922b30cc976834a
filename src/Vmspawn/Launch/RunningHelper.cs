using System.Diagnostics;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>A helper that has been started.</summary>
internal sealed class RunningHelper : IAsyncDisposable
{
    /// <summary>How long a killed process takes at most to end, on a busy host.</summary>
    private static readonly TimeSpan KillBound = TimeSpan.FromSeconds(5);

    /// <summary>How long a program may take to make its socket, on a busy host.</summary>
    private static readonly TimeSpan SocketBound = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan SocketPoll = TimeSpan.FromMilliseconds(1);

    private readonly HelperPlan _plan;
    private readonly ChildProcess _process;
    private readonly StderrTail _stderr;

    private RunningHelper(HelperPlan plan, ChildProcess process, StderrTail stderr)
    {
        _plan = plan;
        _process = process;
        _stderr = stderr;
    }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    public SupervisedProcess Supervised =>
        new(_plan.Subject, _process.Id, _process.Exited, signal => _process.Send(signal), ProcessOutput.Of(_stderr))
        {
            LeavesWithQemu = _plan.LeavesWithQemu,
        };

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
                Environment = ChildEnvironment.Variables,
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

    /// <summary>Waits until it has made its socket, which takes milliseconds.</summary>
    /// <param name="directory">The directory that it makes it in.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="LaunchException">It ended instead, or takes too long.</exception>
    public async Task AwaitSocketAsync(RuntimeDirectoryHandle directory, CancellationToken cancel)
    {
        if (_plan.Socket is not { } name)
            return;
        var path = directory.PathOf(name);
        var step = $"start {_plan.Subject}";
        for (var clock = Stopwatch.StartNew(); !File.Exists(path); await Task.Delay(SocketPoll, cancel))
        {
            if (_process.Exited.IsCompleted)
                throw new LaunchException(step, $"{await _process.Exited}{await StderrExcerpt.AfterAsync(_stderr, cancel)}");
            if (clock.Elapsed > SocketBound)
                throw new LaunchException(step, $"it has not made its socket in {SocketBound.TotalSeconds:0} s{StderrExcerpt.Of(_stderr.Text)}");
        }
    }

    /// <summary>Kills it if it still runs, and waits until it has ended: it writes into directories that are removed next.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Dispose();
        await ((Task)_process.Exited).WaitAsync(KillBound).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stderr.Dispose();
    }
}
