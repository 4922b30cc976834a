using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Vmspawn.Linux;

/// <summary>
/// A program that takes this process's place in the terminal while it runs, in this process's group: it gets the signals that this
/// process gets, and when it stops, so does this process, because the shell waits for this process alone.
/// </summary>
public static class ForegroundChild
{
    /// <summary>
    /// A stop by the terminal reaches both processes. After it this process may run for a moment before the child is continued.
    /// </summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(50);

    private static readonly (PosixSignal Number, Signal Signal)[] Forwarded =
    [
        (PosixSignal.SIGHUP, Signal.SIGHUP),
        (PosixSignal.SIGINT, Signal.SIGINT),
        (PosixSignal.SIGQUIT, Signal.SIGQUIT),
        (PosixSignal.SIGTERM, Signal.SIGTERM),
    ];

    /// <summary>Runs a program with this process's standard streams and all of its environment.</summary>
    /// <param name="path">The program's path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="LinuxException">It cannot be executed.</exception>
    public static async Task<ChildExit> RunAsync(string path, IReadOnlyList<string> arguments)
    {
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var watched = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => changes.Writer.TryWrite(true));
        // A signal may come before the child is there.
        var signals = Channel.CreateUnbounded<Signal>();
        var registrations = Forwarded.Select(each => PosixSignalRegistration.Create(each.Number, signal =>
        {
            signal.Cancel = true;
            signals.Writer.TryWrite(each.Signal);
        })).ToList();
        try
        {
            using var child = ChildProcess.Start(new ChildSpec(path, arguments)
            {
                StandardInput = StandardStream.Input,
                Environment = AllVariables(),
                NewProcessGroup = false,
            });
            var forwarded = ForwardAsync(child, signals.Reader);
            var stops = StopTogetherAsync(child, changes.Reader);
            var exit = await child.Exited.ConfigureAwait(false);
            signals.Writer.Complete();
            changes.Writer.Complete();
            await Task.WhenAll(forwarded, stops).ConfigureAwait(false);
            return exit;
        }
        finally
        {
            registrations.ForEach(registration => registration.Dispose());
        }
    }

    private static async Task ForwardAsync(ChildProcess child, ChannelReader<Signal> signals)
    {
        await foreach (var signal in signals.ReadAllAsync().ConfigureAwait(false))
            child.Send(signal);
    }

    private static async Task StopTogetherAsync(ChildProcess child, ChannelReader<bool> changes)
    {
        while (await changes.WaitToReadAsync().ConfigureAwait(false))
        {
            changes.TryRead(out _);
            if (!child.IsStopped)
                continue;
            await Task.Delay(Settling).ConfigureAwait(false);
            if (child.IsStopped)
                _ = Libc.Kill(Environment.ProcessId, (int)Signal.SIGSTOP);
        }
    }

    private static Dictionary<string, string?> AllVariables()
    {
        var all = ChildEnvironment.Ours().ToDictionary(one => one.Key, one => (string?)one.Value);
        // Unset stays unset: other children get a locale.
        all.TryAdd("LANG", null);
        return all;
    }
}
