using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>
/// A program that starts others and may leave them behind. All of them are in a process group of their own, and a watcher in it kills
/// the whole group when its pipe to us is closed: by <see cref="DisposeAsync"/>, or by the kernel when we were killed.
/// </summary>
internal sealed class ChildGroup : IAsyncDisposable
{
    // The watcher is a member of the group, so its number cannot be given to another group while it is needed.
    private const string Script = """
        (read -r line <&3; kill -s KILL 0) &
        "$@" 3<&- &
        wait $!
        """;

    /// <summary>How long killed processes may take to be gone, on a busy host.</summary>
    private static readonly TimeSpan KillBound = TimeSpan.FromSeconds(5);

    private readonly Pipe _life;
    private readonly Pipe _errors;
    private readonly StderrTail _tail;
    private readonly ChildProcess _leader;

    private ChildGroup(Pipe life, Pipe errors, StderrTail tail, ChildProcess leader) =>
        (_life, _errors, _tail, _leader) = (life, errors, tail, leader);

    /// <summary>Completes with the program's end; 127 when it could not be executed.</summary>
    public Task<ChildExit> Exited => _leader.Exited;

    /// <param name="program">Absolute path.</param>
    /// <param name="arguments">Its arguments, without its name.</param>
    /// <param name="environment">Changes to our own environment.</param>
    /// <exception cref="LinuxException">Nothing is left to run it.</exception>
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
                // The watcher does it, for all of them.
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

    /// <summary>Kills what is left of the group, and tells what it wrote to standard error as the end of a sentence.</summary>
    public async Task<string> EndAsync()
    {
        _life.Dispose();
        // All of them hold its other end.
        await _tail.Ended.WaitAsync(KillBound).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return StderrExcerpt.Of(_tail.Text);
    }

    /// <summary>Kills what is left of the group and waits until it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _tail.Dispose();
        _errors.Dispose();
    }
}
