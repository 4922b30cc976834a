using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>A call that waits for its answer.</summary>
internal sealed class PendingReply(long id, string command, bool sensitive)
{
    private readonly TaskCompletionSource<JsonElement> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Id => id;

    public string Command => command;

    public bool Sensitive => sensitive;

    public Task<JsonElement> Answer => _answer.Task;

    /// <summary>Set while the turn of descriptors belongs to this call: it is given back when QEMU has taken them.</summary>
    public Action? OnTaken { get; set; }

    /// <summary>Nobody waits any more; the entry stays only for the sake of <see cref="OnTaken"/>.</summary>
    public bool Abandoned { get; set; }

    /// <summary>Takes the answer as it came, in place of the value; see <see cref="QmpRelay.SendAsync"/>.</summary>
    public QmpRawAnswer? Raw { get; init; }

    public void Return(JsonElement value) => _answer.TrySetResult(value);

    public void Pass(bool failed, ReadOnlySpan<byte> body)
    {
        Raw!(failed, body);
        _answer.TrySetResult(default);
    }

    public void Fail(QmpException reason)
    {
        _answer.TrySetException(reason);
        // A call that was given up has nobody left to see its exception.
        _ = _answer.Task.Exception;
    }
}
