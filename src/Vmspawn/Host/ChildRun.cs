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
    private static readonly Dictionary<string, string?> Environment = new() { ["LC_ALL"] = "C" };

    /// <summary>Runs a program to its end, or for as long as it is given.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="arguments">Its arguments, without its name.</param>
    /// <param name="bound">After this it is killed.</param>
    public static async Task<ChildRun> Run(string path, IEnumerable<string> arguments, TimeSpan bound)
    {
        using var outputPipe = Pipe.Create();
        using var errorPipe = Pipe.Create();
        ChildProcess child;
        try
        {
            child = ChildProcess.Start(new ChildSpec(path, [.. arguments])
            {
                Environment = Environment,
                StandardOutput = outputPipe.WriteEnd,
                StandardError = errorPipe.WriteEnd,
            });
        }
        catch (LinuxException e)
        {
            return new ChildRun(null, false, "", e.Message);
        }

        using (child)
        {
            outputPipe.WriteEnd.Dispose();
            errorPipe.WriteEnd.Dispose();
            var output = ReadToEnd(outputPipe.ReadEnd);
            var error = ReadToEnd(errorPipe.ReadEnd);
            try
            {
                var exit = await child.Exited.WaitAsync(bound);
                return new ChildRun(exit.ExitCode ?? 128 + (int)exit.Signal!, false, await output, await error);
            }
            catch (TimeoutException)
            {
                child.Send(Signal.SIGKILL);
                return new ChildRun(null, true, await output, $"it did not end within {bound.TotalSeconds:0.#} s; {await error}");
            }
        }
    }

    private static async Task<string> ReadToEnd(SafeFileHandle pipe)
    {
        using var readiness = new Readiness(pipe);
        var text = new StringBuilder();
        var decoder = Encoding.UTF8.GetDecoder();
        var bytes = new byte[4096];
        // A character that was begun may come besides.
        var letters = new char[bytes.Length + 2];
        int count;
        do
        {
            await readiness.WaitReadableAsync();
            count = DescriptorIo.Read(pipe, bytes);
            text.Append(letters, 0, decoder.GetChars(bytes, 0, Math.Max(0, count), letters, 0, flush: count == 0));
        }
        while (count != 0);
        return text.ToString();
    }
}
