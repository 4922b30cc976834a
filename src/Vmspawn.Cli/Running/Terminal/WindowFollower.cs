using System.Runtime.InteropServices;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Running.Terminal;

/// <summary>Sets the guest's console to the size of the user's terminal, at the start and after each change.</summary>
internal sealed class WindowFollower : IDisposable
{
    private readonly PosixSignalRegistration _changes;

    public WindowFollower(SafeHandle terminal, Action<WindowSize> resize)
    {
        _changes = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Follow(terminal, resize));
        Follow(terminal, resize);
    }

    public void Dispose() => _changes.Dispose();

    private static void Follow(SafeHandle terminal, Action<WindowSize> resize)
    {
        try
        {
            if (WindowSize.Of(terminal) is { Rows: > 0, Columns: > 0 } size)
                resize(size);
        }
        catch (Exception error) when (error is ObjectDisposedException or LinuxException)
        {
            // One of the two is closed: there is no size to follow.
        }
    }
}
