using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Vmspawn.Cli.Running;

/// <summary>
/// Writes messages, and the machine's log entries as messages, in order on a separate thread: a stopped terminal (Ctrl-S) or a full pipe blocks
/// one thread of the pool, and no other task.
/// </summary>
internal sealed class MessageQueue : ILoggerFactory, ILogger, IAsyncDisposable
{
    /// <summary>The queue limit, reached only if the output is not read.</summary>
    private const int Capacity = 1000;

    /// <summary>How long the disposal waits for the messages to be written.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    private readonly Channel<(LogLevel Level, string Text)> _waiting = Channel.CreateBounded<(LogLevel Level, string Text)>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Action<LogLevel, string> _write;
    private readonly Task _writing;

    /// <param name="write">Writes one message; may block.</param>
    public MessageQueue(Action<LogLevel, string> write)
    {
        _write = write;
        _writing = Task.Run(WriteAsync);
    }

    public void Notice(string text) => _waiting.Writer.TryWrite((LogLevel.Information, text));

    public void Error(string text) => _waiting.Writer.TryWrite((LogLevel.Error, text));

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _waiting.Writer.TryWrite((logLevel, formatter(state, exception)));

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    /// <summary>Nothing: the owner awaits <see cref="DisposeAsync"/>.</summary>
    public void Dispose()
    {
    }

    /// <summary>Waits until all messages are written, within a time limit; the failure of a writer is thrown.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        try
        {
            await _writing.WaitAsync(Bound);
        }
        catch (TimeoutException)
        {
            // The output is not read; the process ends anyway.
        }
    }

    private async Task WriteAsync()
    {
        await foreach (var (level, text) in _waiting.Reader.ReadAllAsync())
            _write(level, text);
    }
}
