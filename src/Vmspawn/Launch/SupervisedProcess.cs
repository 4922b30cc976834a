using Vmspawn.Host;
using Vmspawn.Linux;

namespace Vmspawn.Launch;

/// <summary>A supervised process: its exit, its output, and signals to it.</summary>
/// <param name="Subject">How messages call it: <c>swtpm (the TPM)</c>.</param>
/// <param name="Id">Its process id, for messages.</param>
/// <param name="Exited">Completes when it has ended.</param>
/// <param name="Send">Sends a signal; without effect once it has ended.</param>
/// <param name="Output">What it writes for people.</param>
internal sealed record SupervisedProcess(string Subject, int Id, Task<ChildExit> Exited, Action<Signal> Send, ProcessOutput Output)
{
    /// <summary>Whether it exits when QEMU closes its connection; otherwise it is sent a signal after QEMU has exited.</summary>
    public bool LeavesWithQemu { get; init; } = true;
}

/// <summary>The standard error of a process, as it is read while the process runs.</summary>
/// <param name="Ended">Completes when every process that could write to it has closed it.</param>
/// <param name="Text">The last of what was written so far.</param>
internal sealed record ProcessOutput(Task Ended, Func<string> Text)
{
    public static ProcessOutput Of(StderrTail stderr) => new(stderr.Ended, () => stderr.Text);

    /// <summary>All of it once the process has ended, or what there is when another process still holds the pipe after a second.</summary>
    public async Task<string> FinalTextAsync(TimeProvider time, CancellationToken cancel)
    {
        await StderrExcerpt.EndOfAsync(Ended, time, cancel);
        return Text();
    }
}
