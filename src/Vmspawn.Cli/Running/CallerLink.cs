using System.Text;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Running;

/// <summary>The owner's side of <see cref="DetachedStart"/>: the caller waits at one pipe, and at the other one its end is seen.</summary>
internal sealed class CallerLink : IAsyncDisposable
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(30);

    private readonly CallersDescriptors _callers = new();
    private readonly DescriptorStream _answer;
    private readonly DescriptorStream _hold;
    private readonly CancellationTokenSource _abandoned = new();
    private readonly TaskCompletionSource<bool> _consent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BackgroundTasks _background = new((_, _) => { });

    /// <param name="numbers">The descriptors' numbers.</param>
    /// <exception cref="LinuxException">There are no such descriptors.</exception>
    public CallerLink((int Answer, int Hold) numbers)
    {
        _answer = new DescriptorStream(_callers.Take(numbers.Answer));
        _hold = new DescriptorStream(_callers.Take(numbers.Hold));
        _background.Run("wait for the process that started this one", WatchAsync);
    }

    /// <summary>The byte by which the caller lets the machine run on.</summary>
    public static byte[] Keep { get; } = "k"u8.ToArray();

    /// <summary>Cancelled when the caller ends without having let the machine run on.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>Tells the caller that the machine is ready, and releases the caller's files.</summary>
    /// <param name="name">The machine's name.</param>
    /// <returns>False when the caller does not want it.</returns>
    public async Task<bool> TryHandOverAsync(string name)
    {
        try
        {
            await _answer.WriteAsync(Encoding.UTF8.GetBytes($"{name}\n"), Abandoned);
            if (!await _consent.Task.WaitAsync(AnswerTime))
                return false;
        }
        catch (Exception error) when (error is LinuxException or TimeoutException or OperationCanceledException)
        {
            return false;
        }

        _callers.Release();
        await _answer.DisposeAsync();
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _background.DisposeAsync();
        await _answer.DisposeAsync();
        await _hold.DisposeAsync();
        _abandoned.Dispose();
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        var isKept = false;
        try
        {
            isKept = await _hold.ReadAsync(new byte[1], stop) > 0;
        }
        finally
        {
            _consent.TrySetResult(isKept);
            if (!isKept && !stop.IsCancellationRequested)
                await _abandoned.CancelAsync();
        }
    }
}
