using System.Text;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Supervise;

/// <summary>A client's request to end a machine and to start it again. It is answered once: the client waits for it.</summary>
/// <param name="isForced">Whether the guest is not asked to power off.</param>
/// <param name="answer">The pipe for the answer; this owns it.</param>
internal sealed class RestartRequest(bool isForced, SafeFileHandle answer) : IAsyncDisposable
{
    /// <summary>The answer to a restart that has succeeded; any other text is the reason of a failure.</summary>
    public const string Done = "started";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private bool _isAnswered;
    private IAsyncDisposable? _kept;

    public bool IsForced => isForced;

    /// <summary>Answers, if that has not been done.</summary>
    public void Answer(string text)
    {
        lock (_lock)
        {
            if (_isAnswered)
                return;
            _isAnswered = true;
        }

        try
        {
            DescriptorIo.WriteAll(answer, Encoding.UTF8.GetBytes(text), Limit);
        }
        catch (LinuxException)
        {
            // The client does not wait any longer.
        }

        answer.Dispose();
    }

    /// <summary>Keeps something of the ended machine for the next one.</summary>
    public void Keep(IAsyncDisposable thing) => _kept = thing;

    /// <summary>What was kept, which the caller owns; null for none.</summary>
    public IAsyncDisposable? TakeKept() => Interlocked.Exchange(ref _kept, null);

    public async ValueTask DisposeAsync()
    {
        Answer("the machine has ended, and was not started again");
        if (TakeKept() is { } kept)
            await kept.DisposeAsync().ConfigureAwait(false);
    }
}
