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

    /// <summary>Set while this call holds the turn for descriptors; called when QEMU has received them.</summary>
    public Action? OnTaken { get; set; }

    /// <summary>Whether the call was abandoned; the entry is kept only for <see cref="OnTaken"/>.</summary>
    public bool Abandoned { get; set; }

    /// <summary>Receives the answer unchanged, instead of the value; see <see cref="QmpRelay.SendAsync"/>.</summary>
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
        // Marks the exception of an abandoned call as observed.
        _ = _answer.Task.Exception;
    }
}
