using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Vmspawn.Supervise;

namespace Vmspawn;

/// <summary>Messages of machines as log entries.</summary>
internal static partial class VmLog
{
    private const string Category = "Vmspawn.Machine";

    public static VmMessages MessagesFor(ILoggerFactory? factory)
    {
        var logger = factory?.CreateLogger(Category) ?? NullLogger.Instance;
        return new VmMessages(text => Notice(logger, text), text => Error(logger, text)) { Detail = text => Detail(logger, text) };
    }

    [LoggerMessage(1, LogLevel.Information, "{Text}")]
    private static partial void Notice(ILogger logger, string text);

    [LoggerMessage(2, LogLevel.Error, "{Text}")]
    private static partial void Error(ILogger logger, string text);

    [LoggerMessage(3, LogLevel.Debug, "{Text}")]
    private static partial void Detail(ILogger logger, string text);
}
