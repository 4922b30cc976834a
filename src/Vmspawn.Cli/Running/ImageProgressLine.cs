using Vmspawn.Cli.Control.Show;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Running;

/// <summary>Shows how far the download or build of an image is: on a terminal in one line that is written again, else a line for each step.</summary>
/// <param name="name">The image's name.</param>
/// <param name="quiet">Whether to show nothing.</param>
internal sealed class ImageProgressLine(string name, bool quiet) : IProgress<VmImageProgress>, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly bool _isTerminal = LogLine.IsOnConsole && TerminalMode.IsTerminal(StandardStream.Error);
    private readonly Lock _lock = new();
    private string? _step;
    private long _shown;
    private bool _isOpen;

    public void Report(VmImageProgress value)
    {
        if (quiet)
            return;
        lock (_lock)
        {
            var isNew = value.Step != _step;
            if (!isNew && (!_isTerminal || TimeProvider.System.GetElapsedTime(_shown) < Interval))
                return;
            (_step, _shown) = (value.Step, TimeProvider.System.GetTimestamp());
            if (_isTerminal)
                Output.WriteError($"\r\e[K{Text(value)}");
            else
                LogLine.Write(LogRequest.Notice, Text(value));
            _isOpen = _isTerminal;
        }
    }

    /// <summary>Clears the line.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isOpen)
                Output.WriteError("\r\e[K");
            _isOpen = false;
        }
    }

    private string Text(VmImageProgress value) => value switch
    {
        { Total: > 0 and var total, Done: > 0 } => $"{name}: {value.Step}, {Amounts.Size(value.Done)} of {Amounts.Size(total)} ({value.Done * 100 / total} %)",
        { Total: > 0 and var total } => $"{name}: {value.Step} of {Amounts.Size(total)}",
        { Done: > 0 } when _isTerminal => $"{name}: {value.Step}, {Amounts.Size(value.Done)}",
        _ => $"{name}: {value.Step}",
    };
}
