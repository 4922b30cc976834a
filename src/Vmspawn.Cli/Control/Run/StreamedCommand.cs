using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Control.Run;

/// <summary>A command in a guest that answers, on this process's standard streams.</summary>
internal static class StreamedCommand
{
    /// <summary>The base of the exit status for a program that a signal ended, as in a shell.</summary>
    private const int SignalStatus = 128;

    /// <summary>Runs it to its end.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="command">The command.</param>
    /// <param name="hasTerminal">Whether it runs in a terminal of the size of ours.</param>
    /// <param name="signals">Are sent to it.</param>
    /// <param name="cancel">Kills it.</param>
    /// <returns>Its exit status.</returns>
    public static async Task<int> RunAsync(Guest guest, GuestCommand command, bool hasTerminal, ForwardedSignals signals, CancellationToken cancel = default)
    {
        var size = hasTerminal ? WindowSize.Of(StandardStream.Input) : null;
        if (hasTerminal && size is null)
            throw new MachineException("no-terminal", "--tty", "standard input is no terminal", "leave -t out");
        await using var process = await guest.StartAsync(
            command with
            {
                Terminal = size is { } window ? new GuestTerminal(window, Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } type ? type : "dumb") : null,
            },
            cancel);
        signals.SendTo(process);
        using var raw = size is null ? null : TerminalMode.MakeRaw(StandardStream.Input);
        using var resized = size is null ? null : PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ =>
        {
            if (WindowSize.Of(StandardStream.Input) is { } now)
                process.Resize(now);
        });
        await using var background = new BackgroundTasks((_, _) => { });
        background.Run("read standard input", stop => FeedAsync(process, stop));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(signals.Second, cancel);
        try
        {
            await Task.WhenAll(PassAsync(process.Output, StandardStream.Output, end), PassAsync(process.Error, StandardStream.Error, end));
            return await process.Exited.WaitAsync(end.Token);
        }
        catch (LinuxException failed)
        {
            throw new OutputException(failed);
        }
        catch (OperationCanceledException) when (signals.Second.IsCancellationRequested)
        {
            // Disposing the command kills it.
            return SignalStatus + (int)Signal.SIGKILL;
        }
        finally
        {
            signals.SendTo(null);
        }
    }

    /// <summary>Copies a stream of the command to one of this process.</summary>
    /// <param name="from">The command's.</param>
    /// <param name="to">This process's.</param>
    /// <param name="either">Cancels it, and is cancelled when it fails: a command whose output nobody takes may never end its other stream.</param>
    private static async Task PassAsync(Stream from, SafeFileHandle to, CancellationTokenSource either)
    {
        try
        {
            await using var stream = new DescriptorStream(OpenFile.Duplicate(to));
            await from.CopyToAsync(stream, either.Token);
        }
        catch
        {
            await either.CancelAsync();
            throw;
        }
    }

    private static async Task FeedAsync(GuestProcess process, CancellationToken stop)
    {
        await using var input = new DescriptorStream(OpenFile.Duplicate(StandardStream.Input));
        try
        {
            await input.CopyToAsync(process.Input, 64 << 10, stop);
        }
        catch (Exception error) when (error is LinuxException or IOException)
        {
            // The command has ended, or nothing can be read: it sees the end of its input.
        }

        await process.Input.DisposeAsync();
    }
}
