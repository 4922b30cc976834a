using System.Collections;
using System.Runtime.InteropServices;
using System.Text;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Running;

/// <summary>
/// <c>vmspawn run --detach</c> and <c>vmspawn network create</c> in the process that was called: starts vmspawn again, in a session of its own, as the owner of the machine or network,
/// shows its messages, and returns when that is ready or the start has failed. Until then the owner ends it if this process ends.
/// </summary>
internal static class DetachedStart
{
    /// <summary>The first argument of the owner.</summary>
    public const string Word = "[detached]";

    /// <summary>How long the owner may take to close the caller's files, and its last messages to arrive.</summary>
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(10);

    /// <summary>A service manager's variables for the process that it has started, which ends.</summary>
    private static readonly string[] Dropped = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "LISTEN_PIDFDID", "SYSTEMD_EXEC_PID"];

    private static readonly (PosixSignal Number, Signal Signal)[] Signals =
        [(PosixSignal.SIGINT, Signal.SIGINT), (PosixSignal.SIGTERM, Signal.SIGTERM), (PosixSignal.SIGHUP, Signal.SIGHUP), (PosixSignal.SIGQUIT, Signal.SIGQUIT)];

    /// <param name="words">The arguments, which were parsed without a mistake.</param>
    /// <param name="what">What is started, for messages: machine or network.</param>
    /// <returns>0 when it runs on; else the owner's status, and nothing runs.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> words, string what)
    {
        var callers = new CallersDescriptors();
        using var answer = Pipe.Create();
        using var hold = Pipe.Create();
        using var errors = Pipe.Create();
        ChildProcess owner;
        try
        {
            owner = Start(words, callers, answer, hold, errors);
        }
        catch (LinuxException error)
        {
            Report.Error($"--detach: vmspawn cannot be started again, as the owner of the {what}: {FailureReason.Of(error)}");
            return ExitStatus.Failed;
        }

        answer.WriteEnd.Dispose();
        hold.ReadEnd.Dispose();
        errors.WriteEnd.Dispose();
        string? received = null;
        var signals = Array.ConvertAll(Signals, one => PosixSignalRegistration.Create(one.Number, context =>
        {
            context.Cancel = true;
            Volatile.Write(ref received, one.Signal.ToString());
            owner.Send(one.Signal);
        }));
        await using var background = new BackgroundTasks((what, why) => Report.Error($"--detach: cannot {what}: {FailureReason.Of(why)}"), CloseTime);
        var shown = ShowAsync(errors);
        await using var answers = new DescriptorStream(OpenFile.Duplicate(answer.ReadEnd));
        var name = await ReadLineAsync(answers);
        var isPrinted = name is not null && Volatile.Read(ref received) is null && Output.Write($"{name}\n") == 0;
        if (isPrinted)
        {
            DescriptorIo.WriteAll(hold.WriteEnd, CallerLink.Keep, CloseTime);
            // Its end says that nothing of the caller is open in the owner any more.
            await ((Task)ReadLineAsync(answers)).WaitAsync(CloseTime).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await shown.WaitAsync(CloseTime).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 0;
        }

        // Without this process's consent the owner ends the machine; after a signal its guest is asked to power off.
        if (Volatile.Read(ref received) is null)
            hold.WriteEnd.Dispose();
        var exit = await owner.Exited;
        await shown.WaitAsync(CloseTime).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Array.ForEach(signals, registration => registration.Dispose());
        if (exit.Signal is not null)
            Report.Error($"--detach: the process that owned the {what} {exit}, so the {what} has ended");
        else if (received is not null)
            Report.Error($"--detach: {received} came before the {what} was ready, so it was ended");
        else if (name is not null)
            Report.Error($"--detach: the name {name} cannot be printed, so the {what} was ended");
        return exit.ExitCode is > 0 and var status ? status : ExitStatus.Failed;
    }

    private static ChildProcess Start(IReadOnlyList<string> words, CallersDescriptors callers, Pipe answer, Pipe hold, Pipe errors)
    {
        using var nothing = OpenFile.Open("/dev/null", writable: true);
        var first = callers.FirstFree;
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(one => (string)one.Key, one => (string?)one.Value);
        environment.TryAdd("LANG", null);
        foreach (var variable in Dropped)
            environment[variable] = null;
        return ChildProcess.Start(new ChildSpec(Environment.ProcessPath!, [Word, $"{first}", $"{first + 1}", .. words])
        {
            Environment = environment,
            Descriptors = [.. callers.ToPass, new(first, answer.WriteEnd), new(first + 1, hold.ReadEnd)],
            StandardInput = StandardStream.Input,
            StandardOutput = nothing,
            StandardError = errors.WriteEnd,
            DieWithParent = false,
            NewSession = true,
        });
    }

    private static async Task ShowAsync(Pipe errors)
    {
        await using var messages = new DescriptorStream(OpenFile.Duplicate(errors.ReadEnd));
        var (buffer, decoder) = (new byte[4096], Encoding.UTF8.GetDecoder());
        var text = new char[buffer.Length];
        for (int count; (count = await messages.ReadAsync(buffer)) > 0;)
            Output.WriteError(new string(text, 0, decoder.GetChars(buffer, 0, count, text, 0)));
    }

    /// <summary>A line without its end; null where there is none.</summary>
    private static async Task<string?> ReadLineAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        return await reader.ReadLineAsync() is { Length: > 0 } line ? line : null;
    }
}
