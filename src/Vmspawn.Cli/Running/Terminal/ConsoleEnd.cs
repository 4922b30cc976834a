using Vmspawn.Linux;

namespace Vmspawn.Cli.Running.Terminal;

/// <summary>The guest's side of a console: of a machine of this process, or of another one's.</summary>
/// <param name="Output">What the guest writes, from the oldest that is kept; it is disposed by who reads it.</param>
/// <param name="SendAsync">Types to the guest.</param>
/// <param name="Resize">Changes its size; null where another terminal decides it.</param>
internal sealed record ConsoleEnd(Stream Output, Func<ReadOnlyMemory<byte>, CancellationToken, Task> SendAsync, Action<WindowSize>? Resize)
{
    /// <summary>Of a machine of this process. A guest whose output cannot be shown waits, as on a serial line.</summary>
    public static ConsoleEnd Of(GuestConsole console) =>
        new(console.OpenOutput(withHistory: true, holdsGuest: true), console.SendAsync, size => console.Size = size);

    /// <summary>Of a machine of another process, as <see cref="RunningMachine.OpenConsoleAsync"/> opens it.</summary>
    public static ConsoleEnd Of(Stream attached) =>
        new(attached, (bytes, stop) => attached.WriteAsync(bytes, stop).AsTask(), Resize: null);
}
