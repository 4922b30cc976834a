using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Ssh;

/// <summary>Connects ssh(1) to a guest, and passes the connection to ssh, so that no process relays the data.</summary>
/// <param name="access">The guest.</param>
/// <param name="notice">Receives a message about the wait.</param>
internal sealed class SshProxy(SshAccess access, Action<string> notice)
{
    /// <summary>Shorter waits are not reported.</summary>
    private static readonly TimeSpan NoticeAfter = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// A connection that QEMU has accepted for a guest that was not up may never work: it is replaced by a new one. The time limit grows,
    /// because sshd in an emulated guest may take long to send its identification.
    /// </summary>
    private static readonly TimeSpan FirstLimit = TimeSpan.FromSeconds(10);

    /// <summary>What the guest must have to be reached this way.</summary>
    private string Needs => access.IsVsock
        ? "by vsock it needs sshd and systemd 256 or later; a guest with cloud-init is reached by --cloud-init with --network-user-mode"
        : "it needs a network by DHCP and sshd, and either systemd 256 or later or cloud-init with --cloud-init";

    /// <summary>Connects, and passes the connection over a socket (ssh_config(5), "ProxyUseFdpass").</summary>
    /// <param name="ssh">The socket to ssh.</param>
    /// <param name="wait">How to wait for the server, or null to try once.</param>
    /// <exception cref="IOException">The guest does not exist or its server does not answer.</exception>
    public async Task RunAsync(SafeFileHandle ssh, SshWait? wait)
    {
        await using var peer = UnixConnection.Adopt(ssh);
        using var connection = wait is null ? await TryOnceAsync() : await WaitAsync(peer, wait);
        // ssh reads one byte with the descriptor and ignores its value.
        await peer.SendAsync(new byte[1], [connection]);
    }

    private async Task<SafeFileHandle> TryOnceAsync()
    {
        using var limit = new CancellationTokenSource(FirstLimit);
        try
        {
            return await access.ConnectAsync(waitsForServer: false, limit.Token);
        }
        catch (OperationCanceledException error)
        {
            throw new IOException($"no answer within {FirstLimit.TotalSeconds:0} s", error);
        }
    }

    private async Task<SafeFileHandle> WaitAsync(UnixConnection ssh, SshWait wait)
    {
        using var limit = new CancellationTokenSource(wait.Limit);
        using var over = new CancellationTokenSource();
        var gone = ssh.WaitPeerGoneAsync(over.Token);
        try
        {
            var connecting = TryUntilAsync(gone, wait, limit.Token);
            if (!wait.IsQuiet && wait.Limit > NoticeAfter && await Task.WhenAny(connecting, Task.Delay(NoticeAfter, limit.Token)) != connecting)
                notice($"{wait.Machine}: waiting for the guest's sshd (Ctrl-C gives up)");
            return await connecting;
        }
        finally
        {
            await over.CancelAsync();
            await gone.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<SafeFileHandle> TryUntilAsync(Task gone, SshWait wait, CancellationToken limit)
    {
        IOException? last = null;
        for (var attemptLimit = FirstLimit; ; attemptLimit += FirstLimit)
        {
            try
            {
                using var attempt = CancellationTokenSource.CreateLinkedTokenSource(limit);
                attempt.CancelAfter(attemptLimit);
                return await access.ConnectAsync(waitsForServer: true, attempt.Token);
            }
            catch (IOException error)
            {
                last = error;
            }
            catch (OperationCanceledException)
            {
                // No answer: the next attempt follows, unless the time limit is reached.
            }

            if (gone.IsCompletedSuccessfully)
                throw new IOException("ssh has ended");
            if (!await IsRunningAsync(wait))
                throw new IOException("the VM ended before its sshd answered");
            await Task.Delay(Pause, limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (limit.IsCancellationRequested)
                throw new IOException($"the guest's sshd did not answer within {wait.Limit.TotalSeconds:0.#} s{(last is null ? "" : $": {FailureReason.Of(last)}")} ({Needs}; --timeout= waits longer)");
        }
    }

    private static async Task<bool> IsRunningAsync(SshWait wait)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            await using var control = await UnixConnection.ConnectAsync(wait.ControlSocket, limit.Token);
            return true;
        }
        catch (LinuxException error)
        {
            // Another failure, such as no descriptor left, does not mean that the VM has ended.
            return error.Errno is not (Errno.ENOENT or Errno.ECONNREFUSED);
        }
        catch (OperationCanceledException)
        {
            // A full queue means that there is a listener that does not accept.
            return true;
        }
    }
}
