using System.Text;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>How a short-lived program ended.</summary>
/// <param name="ExitCode">Its exit status, 128 + N for signal N; null when it did not end by itself.</param>
/// <param name="TimedOut">It was killed for taking too long; without an exit status and this, it could not be started.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Error">What it wrote to standard error, or why it could not be started.</param>
/// <remarks>
/// Not by <see cref="System.Diagnostics.Process"/>: once it was used in the first process of a container, the runtime waits for all
/// children there are, and nobody learns any more how QEMU ended.
/// </remarks>
internal sealed record ChildRun(int? ExitCode, bool TimedOut, string Output, string Error)
{
    /// <summary>How long its last words are waited for: a process that it left behind may hold its pipes for ever.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    /// <summary>Runs a program to its end, or for as long as it is given.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="arguments">Its arguments, without its name.</param>
    /// <param name="bound">After this it is killed.</param>
    /// <param name="cancellation">Kills it too.</param>
    public static async Task<ChildRun> Run(string path, IEnumerable<string> arguments, TimeSpan bound, CancellationToken cancellation = default)
    {
        try
        {
            using var outputPipe = Pipe.Create();
            using var errorPipe = Pipe.Create();
            using var output = new Words(outputPipe.ReadEnd);
            using var error = new Words(errorPipe.ReadEnd);
            using var child = ChildProcess.Start(new ChildSpec(path, [.. arguments])
            {
                StandardOutput = outputPipe.WriteEnd,
                StandardError = errorPipe.WriteEnd,
            });
            outputPipe.WriteEnd.Dispose();
            errorPipe.WriteEnd.Dispose();
            return await OfAsync(child, output, error, bound, cancellation);
        }
        catch (LinuxException e)
        {
            return new ChildRun(null, false, "", e.Message);
        }
    }

    private static async Task<ChildRun> OfAsync(ChildProcess child, Words output, Words error, TimeSpan bound, CancellationToken cancellation)
    {
        try
        {
            var exit = await child.Exited.WaitAsync(bound, cancellation);
            return new ChildRun(exit.ExitCode ?? 128 + (int)exit.Signal!, false, await output.EndAsync(LastWords), await error.EndAsync(LastWords));
        }
        catch (TimeoutException)
        {
            child.Send(Signal.SIGKILL);
            return new ChildRun(null, true, await output.EndAsync(LastWords), $"it did not end within {bound.TotalSeconds:0.#} s; {await error.EndAsync(LastWords)}");
        }
    }

    /// <summary>What comes out of a pipe.</summary>
    private sealed class Words : IDisposable
    {
        private readonly SafeFileHandle _pipe;
        private readonly Readiness _readiness;
        private readonly MemoryStream _bytes = new();
        private readonly Task _reading;

        /// <param name="pipe">The read end; stays the caller's.</param>
        public Words(SafeFileHandle pipe)
        {
            _pipe = pipe;
            _readiness = new Readiness(pipe);
            _reading = ReadAsync();
        }

        /// <summary>All of it, or what there is after a while.</summary>
        public async Task<string> EndAsync(TimeSpan bound)
        {
            await Task.WhenAny(_reading, Task.Delay(bound));
            _readiness.Dispose();
            await _reading;
            return Encoding.UTF8.GetString(_bytes.GetBuffer(), 0, (int)_bytes.Length);
        }

        public void Dispose() => _readiness.Dispose();

        private async Task ReadAsync()
        {
            var bytes = new byte[4096];
            try
            {
                while (true)
                {
                    await _readiness.WaitReadableAsync();
                    var count = DescriptorIo.Read(_pipe, bytes);
                    if (count == 0)
                        return;
                    _bytes.Write(bytes, 0, Math.Max(0, count));
                }
            }
            catch (Exception ended) when (ended is ObjectDisposedException or LinuxException)
            {
                // Nobody waits for the rest.
            }
        }
    }
}
