using Microsoft.Extensions.Logging;

namespace Vmspawn.Testing;

/// <summary>Messages as log entries.</summary>
internal static partial class TestLog
{
    [LoggerMessage(1, LogLevel.Information, "{Text}")]
    public static partial void Say(ILogger logger, string text);
}

/// <summary>The steps of an image's download or build as messages; not each of their bytes.</summary>
internal sealed class ProgressLog(Action<string> log) : IProgress<VmImageProgress>
{
    private string? _step;

    public void Report(VmImageProgress value)
    {
        if (Interlocked.Exchange(ref _step, value.Step) != value.Step)
            log(value.Step);
    }
}
