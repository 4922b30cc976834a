using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>A supervised process: its exit, its output, and signals to it.</summary>
/// <param name="Subject">Its name in messages: <c>swtpm (the TPM)</c>.</param>
/// <param name="Id">Its process id, for messages.</param>
/// <param name="Exited">Completes with its exit.</param>
/// <param name="Send">Sends a signal; without effect after its exit.</param>
/// <param name="Output">Its standard error.</param>
internal sealed record SupervisedProcess(string Subject, int Id, Task<ChildExit> Exited, Action<Signal> Send, ProcessOutput Output)
{
    /// <summary>QEMU's name in messages.</summary>
    public const string QemuSubject = "QEMU";

    /// <summary>Whether it exits when QEMU closes its connection; otherwise it is sent a signal after QEMU has exited.</summary>
    public bool LeavesWithQemu { get; init; } = true;

    /// <summary>The remedies for known error messages of it.</summary>
    public IReadOnlyList<HelperHint> Hints { get; init; } = [];
}

/// <summary>The standard error of a process, as it is read while the process runs.</summary>
/// <param name="Ended">Completes when every process that could write to it has closed it.</param>
/// <param name="Text">The end of the output so far.</param>
internal sealed record ProcessOutput(Task Ended, Func<string> Text)
{
    public static ProcessOutput Of(StderrTail stderr) => new(stderr.Ended, () => stderr.Text);

    /// <summary>Waits for the end of the output after the process's exit, for at most a second, because another process may hold the pipe open.</summary>
    public async Task<string> FinalTextAsync(TimeProvider time, CancellationToken cancel)
    {
        await StderrExcerpt.EndOfAsync(Ended, time, cancel).ConfigureAwait(false);
        return Text();
    }
}
