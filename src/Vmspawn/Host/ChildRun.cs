using System.Text;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>How a short-lived program ended.</summary>
/// <param name="ExitCode">Its exit status, 128 + N for signal N; null when it was killed or not started.</param>
/// <param name="TimedOut">It was killed at the time limit; false without an exit status means that it could not be started.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Error">What it wrote to standard error, or why it could not be started.</param>
/// <remarks>
/// Does not use <see cref="System.Diagnostics.Process"/>: after its first use in PID 1 of a container, the runtime waits for all
/// children and discards their exit statuses, QEMU's included.
/// </remarks>
internal sealed record ChildRun(int? ExitCode, bool TimedOut, string Output, string Error)
{
    /// <summary>Time limit for reading output after the program's exit: a process that it left running may hold the pipes open.</summary>
    private static readonly TimeSpan DrainBound = TimeSpan.FromSeconds(1);

    /// <summary>The program exited by itself: no time-out, signal or failure to start it.</summary>
    public bool IsAnswer => ExitCode is >= 0 and < 128;

    /// <summary>Runs a program to its end or to the time limit.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="arguments">Its arguments, without its name.</param>
    /// <param name="bound">The time limit, after which it is killed.</param>
    /// <param name="cancel">Kills it and ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the program was killed.</exception>
    public static Task<ChildRun> Run(string path, IEnumerable<string> arguments, TimeSpan bound, CancellationToken cancel = default) =>
        Run(path, arguments, bound, [], cancel);

    /// <summary>The same with open files besides the standard three.</summary>
    /// <inheritdoc cref="Run(string, IEnumerable{string}, TimeSpan, CancellationToken)"/>
    public static async Task<ChildRun> Run(
        string path, IEnumerable<string> arguments, TimeSpan bound, IReadOnlyList<ChildDescriptor> descriptors, CancellationToken cancel)
    {
        try
        {
            using var outputPipe = Pipe.Create();
            using var errorPipe = Pipe.Create();
            using var child = ChildProcess.Start(new ChildSpec(path, [.. arguments])
            {
                Descriptors = descriptors,
                StandardOutput = outputPipe.WriteEnd,
                StandardError = errorPipe.WriteEnd,
            });
            outputPipe.WriteEnd.Dispose();
            errorPipe.WriteEnd.Dispose();
            using var drain = new CancellationTokenSource();
            var output = ReadAsync(outputPipe.ReadEnd, drain.Token);
            var error = ReadAsync(errorPipe.ReadEnd, drain.Token);
            ChildExit? exit = null;
            try
            {
                exit = await child.Exited.WaitAsync(bound, cancel).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
            }
            finally
            {
                if (exit is null)
                    child.Send(Signal.SIGKILL);
                drain.CancelAfter(DrainBound);
                await Task.WhenAll(output, error).ConfigureAwait(false);
            }

            return exit is { } ended
                ? new ChildRun(ended.ExitCode ?? 128 + (int)ended.Signal!, false, await output.ConfigureAwait(false), await error.ConfigureAwait(false))
                : new ChildRun(null, true, await output.ConfigureAwait(false), $"it did not end within {bound.TotalSeconds:0.#} s; {await error.ConfigureAwait(false)}");
        }
        catch (LinuxException e)
        {
            return new ChildRun(null, false, "", e.Message);
        }
    }

    /// <summary>Reads to the end of a pipe; returns what was read so far when it is cancelled.</summary>
    private static async Task<string> ReadAsync(SafeFileHandle pipe, CancellationToken cancel)
    {
        using var readiness = new Readiness(pipe);
        var text = new StringBuilder();
        var decoder = Encoding.UTF8.GetDecoder();
        var bytes = new byte[4096];
        // Room for an incomplete character from the previous read.
        var letters = new char[bytes.Length + 2];
        int count;
        do
        {
            try
            {
                await readiness.WaitReadableAsync(cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            count = DescriptorIo.Read(pipe, bytes);
            text.Append(letters, 0, decoder.GetChars(bytes, 0, Math.Max(0, count), letters, 0, flush: count == 0));
        }
        while (count != 0);
        return text.ToString();
    }
}
