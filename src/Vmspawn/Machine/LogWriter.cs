using System.Text;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;
using Vmspawn.Supervise;

namespace Vmspawn;

/// <summary>
/// Writes a machine's log in the background: batches of the console's text, and messages as lines. Its size is bounded by two parts. A log that cannot be
/// written is reported once, and the machine runs on without it.
/// </summary>
internal sealed class LogWriter : IAsyncDisposable
{
    /// <summary>Logs in one directory; the oldest of machines that do not run are removed, because each ephemeral machine has another name.</summary>
    private const int MostLogs = 100;

    /// <summary>Messages that wait for a disk.</summary>
    private const int MostMessages = 1000;

    private const int MostTries = 5;

    /// <summary>What a guest writes meanwhile is one batch.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly string _path;
    private readonly long _largestPart;
    private readonly Action<string, Exception> _failed;
    private readonly BackgroundTasks _background;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly TaskCompletionSource _messagesWritten = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _consoleWritten = Task.CompletedTask;

    private readonly Channel<string> _messages = Channel.CreateBounded<string>(
        new BoundedChannelOptions(MostMessages) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private SafeFileHandle? _file;
    private long _end;
    private bool _isInLine;
    private bool _hasFailed;

    /// <param name="path">The file; its directory is made if it does not exist, and the log of an earlier run is replaced.</param>
    /// <param name="failed">Receives the reason why nothing more is written.</param>
    /// <param name="largestPart">The size of a part that is not exceeded by more than a batch.</param>
    public LogWriter(string path, Action<string, Exception> failed, long largestPart = 4 << 20)
    {
        (_path, _failed, _largestPart) = (path, failed, largestPart);
        _background = new BackgroundTasks(failed);
        _background.Run($"write the log {path}", WriteMessagesAsync);
    }

    /// <summary>The same receivers, whose messages are also logged; not the details.</summary>
    public VmMessages Of(VmMessages messages) => messages with { Notice = Logged(messages.Notice), Error = Logged(messages.Error) };

    /// <summary>Logs a message.</summary>
    public void Say(string text) => _messages.Writer.TryWrite(text);

    /// <summary>Logs what the guest writes. It is not held by the log: one that is slower than the guest lacks the oldest text.</summary>
    public void Follow(GuestConsole console)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _consoleWritten = written.Task;
        var output = console.OpenOutput(withHistory: true, holdsGuest: false);
        _background.Run($"write the console to the log {_path}", async stop =>
        {
            try
            {
                await using (output.ConfigureAwait(false))
                    await WriteConsoleAsync(output, stop).ConfigureAwait(false);
            }
            finally
            {
                written.TrySetResult();
            }
        });
    }

    /// <summary>Writes what is left, within a time limit.</summary>
    public async ValueTask DisposeAsync()
    {
        _messages.Writer.TryComplete();
        await Task.WhenAll(_consoleWritten, _messagesWritten.Task).WaitAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _background.DisposeAsync().ConfigureAwait(false);
        _file?.Dispose();
        _turn.Dispose();
    }

    private Action<string> Logged(Action<string> pass) => text =>
    {
        Say(text);
        pass(text);
    };

    private async Task WriteMessagesAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var text in _messages.Reader.ReadAllAsync(stop).ConfigureAwait(false))
                await WriteAsync($"vmspawn: {PlainText.Escape(text)}\n", isLine: true, stop).ConfigureAwait(false);
        }
        finally
        {
            _messagesWritten.TrySetResult();
        }
    }

    private async Task WriteConsoleAsync(Stream output, CancellationToken stop)
    {
        var buffer = new byte[16 << 10];
        var (decoder, text) = (new ConsoleText(), new StringBuilder());
        for (int count; (count = await output.ReadAsync(buffer, stop).ConfigureAwait(false)) > 0;)
        {
            decoder.Decode(buffer.AsSpan(0, count), text.Clear());
            if (text.Length > 0)
                await WriteAsync(text.ToString(), isLine: false, stop).ConfigureAwait(false);
            if (count < buffer.Length)
                await Task.WhenAny(Task.Delay(Pause, stop), _messagesWritten.Task).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(string text, bool isLine, CancellationToken stop)
    {
        await _turn.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (_hasFailed)
                return;
            _file ??= await BeginAsync(stop).ConfigureAwait(false);
            if (_end > _largestPart)
                BeginPart();
            var bytes = Encoding.UTF8.GetBytes(isLine && _isInLine ? $"\n{text}" : text);
            await RandomAccess.WriteAsync(_file!, bytes, _end, stop).ConfigureAwait(false);
            _end += bytes.Length;
            _isInLine = text[^1] != '\n';
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _hasFailed = true;
            _failed($"write the log {_path}", error);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Replaces the log of an earlier run.</summary>
    /// <exception cref="IOException">It cannot be written, or is that of a machine that runs.</exception>
    private async Task<SafeFileHandle> BeginAsync(CancellationToken stop)
    {
        var directory = Path.GetDirectoryName(_path)!;
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using (var old = NewFile.OpenOrCreate(_path))
        {
            // A reader that asks whether the log is written holds the lock for a moment.
            for (var tries = 1; !FileLock.TryLockExclusive(old); tries++)
            {
                if (tries == MostTries)
                    throw new IOException("another machine of this name writes it");
                await Task.Delay(Pause / MostTries, stop).ConfigureAwait(false);
            }

            File.Delete(MachineLog.OlderPart(_path));
            File.Delete(_path);
        }

        RemoveOldest(directory);
        return Create();
    }

    private void BeginPart()
    {
        File.Move(_path, MachineLog.OlderPart(_path), overwrite: true);
        var next = Create();
        // Locked until then, so that a reader does not take the rotation for the machine's end.
        _file!.Dispose();
        (_file, _end) = (next, 0);
    }

    private SafeFileHandle Create()
    {
        var file = NewFile.Create(_path);
        FileLock.TryLockExclusive(file);
        return file;
    }

    private static void RemoveOldest(string directory)
    {
        var logs = new DirectoryInfo(directory).GetFiles("*.log");
        foreach (var log in logs.OrderByDescending(log => log.LastWriteTimeUtc).Skip(MostLogs))
        {
            using var file = NewFile.OpenOrCreate(log.FullName);
            if (!FileLock.TryLockExclusive(file))
                continue;
            File.Delete(MachineLog.OlderPart(log.FullName));
            log.Delete();
        }
    }
}
