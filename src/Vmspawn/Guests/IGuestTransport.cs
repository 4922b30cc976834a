namespace Vmspawn.Guests;

/// <summary>A way to run commands in the guest.</summary>
internal interface IGuestTransport : IAsyncDisposable
{
    /// <summary>Its name in messages, such as "shell".</summary>
    string Name { get; }

    /// <summary>Completes when it answers, and only then.</summary>
    Task WaitAsync(CancellationToken cancel);

    /// <summary>Whether it answers now, as far as is known.</summary>
    bool IsReady { get; }

    /// <param name="command">A valid command.</param>
    /// <param name="hasInput">It has a standard input; otherwise that is empty.</param>
    /// <param name="cancel">Cancels the start.</param>
    /// <exception cref="GuestChannelException">The guest does not answer.</exception>
    Task<GuestProcess> StartAsync(GuestCommand command, bool hasInput, CancellationToken cancel);
}
