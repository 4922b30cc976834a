using Vmspawn.Supervise;

namespace Vmspawn;

/// <summary>
/// A client's request to start a machine again, which has ended for it. The owner plans and starts the machine once more, with <see cref="VmStartOptions.Restarts"/>, tells the client
/// the result, and disposes this.
/// </summary>
public sealed class VmRestart : IAsyncDisposable
{
    private readonly RestartRequest _request;

    internal VmRestart(RestartRequest request, string machineName) => (_request, MachineName) = (request, machineName);

    /// <summary>The machine's name, for the options of the second start: an ephemeral machine would get another one.</summary>
    public string MachineName { get; }

    /// <summary>Tells the client that the machine runs again.</summary>
    public void Succeed() => _request.Answer(RestartRequest.Done);

    /// <summary>Tells the client why it does not.</summary>
    /// <param name="reason">A sentence about it.</param>
    public void Fail(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        _request.Answer(reason);
    }

    /// <summary>A client that was told nothing learns that the machine was not started again.</summary>
    public ValueTask DisposeAsync() => _request.DisposeAsync();

    internal IAsyncDisposable? TakeKept() => _request.TakeKept();
}
