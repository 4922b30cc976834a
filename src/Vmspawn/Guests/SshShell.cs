using Vmspawn.Linux;
using Vmspawn.Ssh;

namespace Vmspawn.Guests;

/// <summary>
/// A root shell in the guest by one connection of ssh(1), which is made when the first command waits for it and is kept. It serves commands as the one on the
/// virtio port does.
/// </summary>
/// <param name="login">How root logs in.</param>
/// <param name="patience">How long a wait leaves it to other channels: a login is work for the guest.</param>
/// <param name="refused">Receives the reason of a failed login, once.</param>
/// <param name="failed">Receives failures: what, and why.</param>
internal sealed class SshShell(SshLogin login, TimeSpan patience, Action<string> refused, Action<string, Exception> failed) : IGuestTransport
{
    /// <summary>How long sshd may take to send its identification.</summary>
    private static readonly TimeSpan ServerBound = TimeSpan.FromMinutes(1);

    /// <summary>How long a login may take; the processors may be emulated.</summary>
    private static readonly TimeSpan LoginBound = TimeSpan.FromMinutes(2);

    /// <summary>Between attempts to connect.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>After a failed login: the guest may install the key later.</summary>
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _turn = new(1);
    private SshConnection? _connection;
    private string? _refusal;

    public string Name => "ssh";

    public bool IsReady => Current is { Shell.IsReady: true };

    private SshConnection? Current
    {
        get
        {
            lock (_lock)
                return _connection;
        }
    }

    public async Task WaitAsync(CancellationToken cancel)
    {
        if (IsReady)
            return;
        await Task.Delay(patience, cancel).ConfigureAwait(false);
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            while (!IsReady)
            {
                await ReplaceAsync(null).ConfigureAwait(false);
                await WaitForServerAsync(cancel).ConfigureAwait(false);
                if (await ConnectAsync(cancel).ConfigureAwait(false) is not { } why)
                    continue;
                if (_refusal != why)
                    refused($"the guest lets no root log in: {_refusal = why}");
                await Task.Delay(LongPause, cancel).ConfigureAwait(false);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public Task<GuestProcess> StartAsync(GuestCommand command, bool hasInput, CancellationToken cancel) =>
        (Current ?? throw new GuestChannelException("there is no connection by ssh to the guest")).Shell.StartAsync(command, hasInput, cancel);

    /// <summary>The guest was reset.</summary>
    public void GuestReset() => Current?.Abandon();

    public async ValueTask DisposeAsync()
    {
        // The owner has cancelled every wait.
        await _turn.WaitAsync(LongPause).ConfigureAwait(false);
        await ReplaceAsync(null).ConfigureAwait(false);
        _turn.Dispose();
    }

    private async Task ReplaceAsync(SshConnection? next)
    {
        SshConnection? old;
        lock (_lock)
            (old, _connection) = (_connection, next);
        if (old is not null)
            await old.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Returns when sshd has sent its identification.</summary>
    private async Task WaitForServerAsync(CancellationToken cancel)
    {
        while (true)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(ServerBound);
            try
            {
                using var socket = await login.Access.ConnectAsync(waitsForServer: true, limit.Token).ConfigureAwait(false);
                return;
            }
            catch (Exception error) when (error is IOException || (error is OperationCanceledException && !cancel.IsCancellationRequested))
            {
                // The guest still boots.
            }

            await Task.Delay(Pause, cancel).ConfigureAwait(false);
        }
    }

    /// <returns>Null when the connection is made, else why not.</returns>
    private async Task<string?> ConnectAsync(CancellationToken cancel)
    {
        SshConnection? connection = null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(LoginBound);
        try
        {
            connection = SshConnection.Start(login, failed);
            await Task.WhenAny(connection.Shell.WaitAsync(limit.Token), connection.Exited.WaitAsync(limit.Token)).ConfigureAwait(false);
            await limit.CancelAsync().ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            if (!connection.Shell.IsReady)
                return connection.Exited.IsCompleted ? await connection.WhyAsync(cancel).ConfigureAwait(false) : connection.Shell.Refusal ?? "ssh has not logged in in time";
            await ReplaceAsync(connection).ConfigureAwait(false);
            connection = null;
            return null;
        }
        catch (LinuxException error)
        {
            return error.Message;
        }
        finally
        {
            if (connection is not null)
                await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
