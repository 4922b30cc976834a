using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>
/// A program that starts others and may leave them running. All of them are in a separate process group, and a watcher in it kills
/// the whole group when the watcher's pipe to vmspawn is closed: by <see cref="DisposeAsync"/>, or by the kernel when vmspawn was killed.
/// </summary>
internal sealed class ChildGroup : IAsyncDisposable
{
    // The watcher is a member of the group, so that the kernel cannot reuse the group's id while it is needed.
    private const string Script = """
        (read -r line <&3; kill -s KILL 0) &
        "$@" 3<&- &
        wait $!
        """;

    /// <summary>Time limit for killed processes to exit, on a busy host.</summary>
    private static readonly TimeSpan KillBound = TimeSpan.FromSeconds(5);

    private readonly Pipe _life;
    private readonly Pipe _errors;
    private readonly StderrTail _tail;
    private readonly ChildProcess _leader;

    private ChildGroup(Pipe life, Pipe errors, StderrTail tail, ChildProcess leader) =>
        (_life, _errors, _tail, _leader) = (life, errors, tail, leader);

    /// <summary>Completes with the program's exit; status 127 when it could not be executed.</summary>
    public Task<ChildExit> Exited => _leader.Exited;

    /// <param name="program">Absolute path.</param>
    /// <param name="arguments">Its arguments, without its name.</param>
    /// <param name="environment">Changes to the inherited environment.</param>
    /// <exception cref="LinuxException">The process cannot be started.</exception>
    public static ChildGroup Start(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?> environment)
    {
        var life = Pipe.Create();
        Pipe? errors = null;
        StderrTail? tail = null;
        try
        {
            errors = Pipe.Create();
            tail = new StderrTail(errors.ReadEnd);
            using var nothing = OpenFile.Open("/dev/null", writable: true);
            var leader = ChildProcess.Start(new ChildSpec("/bin/sh", ["-c", Script, "sh", program, .. arguments])
            {
                Environment = environment,
                Descriptors = [new ChildDescriptor(3, life.ReadEnd)],
                StandardOutput = nothing,
                StandardError = errors.WriteEnd,
                // The watcher kills all of them.
                DieWithParent = false,
            });
            life.ReadEnd.Dispose();
            errors.WriteEnd.Dispose();
            return new ChildGroup(life, errors, tail, leader);
        }
        catch
        {
            tail?.Dispose();
            errors?.Dispose();
            life.Dispose();
            throw;
        }
    }

    /// <summary>Kills the rest of the group, and returns what it wrote to standard error as the end of a sentence.</summary>
    public async Task<string> EndAsync()
    {
        _life.Dispose();
        // Every process of the group holds the write end of the pipe.
        await _tail.Ended.WaitAsync(KillBound).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return StderrExcerpt.Of(_tail.Text);
    }

    /// <summary>Kills the rest of the group and waits for its exit.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync().ConfigureAwait(false);
        _tail.Dispose();
        _errors.Dispose();
    }
}
