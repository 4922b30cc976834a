using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Cli.Running.Terminal;

/// <summary>
/// The user's terminal while QEMU itself reads and writes it (<c>--console=native</c>): raw until the disposal, then restored. What the
/// guest wrote does not pass through vmspawn, so all modes are reset that a guest may have changed.
/// </summary>
internal sealed class NativeTerminal : IAsyncDisposable
{
    private readonly TerminalMode? _mode;
    private readonly bool _isShown;

    private NativeTerminal(TerminalMode? mode, bool isShown) => (_mode, _isShown) = (mode, isShown);

    /// <summary>Null unless the console is QEMU's own.</summary>
    public static NativeTerminal? For(ConsoleMode console) => console == ConsoleMode.Native
        ? new NativeTerminal(
            TerminalMode.IsTerminal(StandardStream.Input) ? TerminalMode.MakeRaw(StandardStream.Input, restoreOnSignals: false) : null,
            TerminalMode.IsTerminal(StandardStream.Output))
        : null;

    public async ValueTask DisposeAsync()
    {
        if (_isShown)
            await FinalWrite.TryAsync(StandardStream.Output, TerminalChanges.UndoUnknown);
        _mode?.Dispose();
    }
}
