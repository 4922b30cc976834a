using Microsoft.Win32.SafeHandles;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn.Networks;

/// <summary>A card's membership in a network: it ends when this is disposed, or when the network ends.</summary>
internal sealed class NetworkLink : IAsyncDisposable
{
    /// <summary>The time limit for the network's answer.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);

    private readonly VarlinkClient _client;
    private readonly CancellationTokenSource _leaving;
    private readonly BackgroundTasks _tasks = new((_, _) => { });
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NetworkLink(string network, VarlinkClient client, IAsyncEnumerator<VarlinkReply> replies, CancellationTokenSource leaving)
    {
        (Network, _client, _leaving) = (network, client, leaving);
        _tasks.Run($"follow the network {network}", _ => FollowAsync(replies));
    }

    public string Network { get; }

    /// <summary>Completes when the network has ended, or this was disposed.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Joins.</summary>
    /// <param name="network">The network's name.</param>
    /// <param name="socket">The path of its control socket.</param>
    /// <param name="machine">The machine's name.</param>
    /// <param name="mac">The card's address.</param>
    /// <param name="cancel">Cancels it.</param>
    /// <returns>The membership, and the socket for QEMU.</returns>
    /// <exception cref="LaunchException">It is not there, or it refuses.</exception>
    public static async Task<(NetworkLink Link, SafeFileHandle Qemu)> JoinAsync(string network, string socket, string machine, string mac, CancellationToken cancel)
    {
        var step = $"join the network {network}";
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bound.CancelAfter(AnswerTime);
        VarlinkClient? client = null;
        SafeFileHandle? qemu = null;
        Task<bool>? first = null;
        var leaving = new CancellationTokenSource();
        try
        {
            client = await VarlinkClient.ConnectAsync(socket, new VarlinkClientOptions { CallTime = Timeout.InfiniteTimeSpan }, bound.Token).ConfigureAwait(false);
            (qemu, var theirs) = DatagramConnection.CreatePair();
            using (theirs)
            {
                var replies = client.CallMoreAsync(
                    $"{NetworkInterface.Name}.Join",
                    writer =>
                    {
                        writer.WriteNumber("fileDescriptorIndex"u8, 0);
                        writer.WriteString("machine"u8, machine);
                        writer.WriteString("mac"u8, mac);
                    },
                    [theirs],
                    leaving.Token).GetAsyncEnumerator(CancellationToken.None);
                first = replies.MoveNextAsync().AsTask();
                if (!await first.WaitAsync(bound.Token).ConfigureAwait(false))
                    throw new LaunchException(step, "it ended");
                replies.Current.Dispose();
                return (new NetworkLink(network, client, replies, leaving), qemu);
            }
        }
        catch (Exception error)
        {
            qemu?.Dispose();
            await leaving.CancelAsync().ConfigureAwait(false);
            if (first is not null)
                await ((Task)first).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            leaving.Dispose();
            if (client is not null)
                await client.DisposeAsync().ConfigureAwait(false);
            throw error switch
            {
                OperationCanceledException when cancel.IsCancellationRequested => new OperationCanceledException(cancel),
                OperationCanceledException => new LaunchException(step, $"it does not answer within {AnswerTime.TotalSeconds:0} s", error),
                VarlinkErrorException refused => new LaunchException(step, JsonFields.Text(refused.Parameters, "reason") ?? refused.Message, error),
                LinuxException { Errno: Errno.ENOENT or Errno.ECONNREFUSED } => new LaunchException(step, $"there is none of this name (vmspawn network create {network})", error),
                IOException failed => new LaunchException(step, FailureReason.Of(failed), error),
                _ => error,
            };
        }
    }

    public async ValueTask DisposeAsync()
    {
        // It closes the connection, whose end the network sees.
        await _leaving.CancelAsync().ConfigureAwait(false);
        await _tasks.DisposeAsync().ConfigureAwait(false);
        await _client.DisposeAsync().ConfigureAwait(false);
        _leaving.Dispose();
    }

    private async Task FollowAsync(IAsyncEnumerator<VarlinkReply> replies)
    {
        try
        {
            await using var repliesDisposal = replies.ConfigureAwait(false);
            while (await replies.MoveNextAsync().ConfigureAwait(false))
                replies.Current.Dispose();
        }
        catch (Exception error) when (error is IOException or VarlinkErrorException or OperationCanceledException or ObjectDisposedException)
        {
            // The network has ended, or the machine has.
        }
        finally
        {
            _ended.TrySetResult();
        }
    }
}
