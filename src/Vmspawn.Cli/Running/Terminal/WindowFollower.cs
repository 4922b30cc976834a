using System.Runtime.InteropServices;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Running.Terminal;

/// <summary>Sets the guest's console to the size of the user's terminal, at the start and after each change.</summary>
internal sealed class WindowFollower : IDisposable
{
    private readonly PosixSignalRegistration _changes;

    public WindowFollower(SafeHandle terminal, GuestConsole console)
    {
        _changes = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Follow(terminal, console));
        Follow(terminal, console);
    }

    public void Dispose() => _changes.Dispose();

    private static void Follow(SafeHandle terminal, GuestConsole console)
    {
        try
        {
            if (WindowSize.Of(terminal) is { Rows: > 0, Columns: > 0 } size)
                console.Size = size;
        }
        catch (Exception error) when (error is ObjectDisposedException or LinuxException)
        {
            // One of the two is closed: there is no size to follow.
        }
    }
}
