using System.Text;

namespace Vmspawn.SystemTests.Harness;

/// <summary>What a stream has said so far, to be searched and waited on.</summary>
internal sealed class Transcript
{
    private readonly StringBuilder _text = new();
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Everything so far, without carriage returns.</summary>
    public string Text
    {
        get
        {
            lock (_text)
                return _text.ToString().Replace("\r", "", StringComparison.Ordinal);
        }
    }

    public Task Follow(Stream stream) => Follow(stream.ReadAsync);

    /// <summary>Completes when <paramref name="read"/> has returned 0.</summary>
    public Task Follow(Func<Memory<byte>, CancellationToken, ValueTask<int>> read) => Task.Run(async () =>
    {
        var decoder = Encoding.UTF8.GetDecoder();
        var bytes = new byte[8192];
        var chars = new char[8192];
        while (await read(bytes, CancellationToken.None) is > 0 and var count)
        {
            lock (_text)
                _text.Append(chars, 0, decoder.GetChars(bytes.AsSpan(0, count), chars, flush: false));
            Interlocked.Exchange(ref _more, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    });

    /// <summary>Waits until <paramref name="mark"/> stands anywhere in the text for the n-th time.</summary>
    /// <exception cref="TimeoutException">It did not come; the message has the text.</exception>
    public async Task WaitFor(string mark, TimeSpan bound, int times = 1)
    {
        var end = DateTime.UtcNow + bound;
        while (true)
        {
            var more = _more.Task;
            if (Count(Text, mark) >= times)
                return;
            var left = end - DateTime.UtcNow;
            if (left <= TimeSpan.Zero || await Task.WhenAny(more, Task.Delay(left)) != more && Count(Text, mark) < times)
                throw new TimeoutException($"\"{mark}\" did not come within {bound.TotalSeconds} s; so far:\n{Text}");
        }
    }

    private static int Count(string text, string mark)
    {
        var count = 0;
        for (var at = 0; (at = text.IndexOf(mark, at, StringComparison.Ordinal)) >= 0; at += mark.Length)
            count++;
        return count;
    }
}
