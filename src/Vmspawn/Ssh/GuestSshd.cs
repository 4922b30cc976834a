using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Ssh;

/// <summary>The SSH server of a guest, at an address of <see cref="SshAccess"/>.</summary>
internal sealed class GuestSshd(SshAccess access)
{
    /// <summary>
    /// The file in the guest with the keys that log in as any user, written at each boot: by systemd from a credential, and by cloud-init. Every
    /// user may read it, because sshd reads it as the user who logs in.
    /// </summary>
    public const string AuthorizedKeys = "/run/vmspawn-ssh/authorized_keys";

    /// <summary>The answer to <c>CONNECT</c> is a short line.</summary>
    private const int LongestAnswer = 64;

    /// <summary>Connects.</summary>
    /// <exception cref="IOException">The guest does not exist or does not listen on the port.</exception>
    public async Task<SafeFileHandle> ConnectAsync(CancellationToken cancel)
    {
        var connection = Open();
        try
        {
            if (access.Address.StartsWith(SshAccess.VsockMuxPrefix, StringComparison.Ordinal))
                await AskAsync(connection, cancel).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Connects, and waits until the server sends its identification. A connection alone does not show that sshd runs: QEMU and passt accept one for a guest that
    /// is not up, and systemd accepts one before it starts sshd.
    /// </summary>
    /// <exception cref="IOException">The guest does not exist, does not listen on the port, or has closed the connection.</exception>
    public async Task<SafeFileHandle> ConnectToSpeakerAsync(CancellationToken cancel)
    {
        var connection = await ConnectAsync(cancel).ConfigureAwait(false);
        try
        {
            return await FirstBytes.ArriveAsync(connection, cancel).ConfigureAwait(false) ? connection : throw new IOException("the connection was closed at once");
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private SafeFileHandle Open()
    {
        if (access.Address.StartsWith(SshAccess.VsockPrefix, StringComparison.Ordinal))
            return VsockConnection.Connect(uint.Parse(access.Address.AsSpan(SshAccess.VsockPrefix.Length), CultureInfo.InvariantCulture), (uint)access.Port);
        return access.Address.StartsWith(SshAccess.VsockMuxPrefix, StringComparison.Ordinal)
            ? UnixConnection.ConnectPlain(access.Address[SshAccess.VsockMuxPrefix.Length..])
            : TcpConnection.ConnectPlain(IPAddress.Parse(access.Address), access.Port);
    }

    // Byte by byte, because ssh reads what follows the answer.
    private async Task AskAsync(SafeFileHandle connection, CancellationToken cancel)
    {
        var answer = new StringBuilder();
        try
        {
            DescriptorIo.WriteAll(connection, Encoding.ASCII.GetBytes($"CONNECT {access.Port}\n"), TimeSpan.FromSeconds(1));
            var next = new byte[1];
            while (answer.Length < LongestAnswer && await FirstBytes.ArriveAsync(connection, cancel).ConfigureAwait(false) && DescriptorIo.Read(connection, next) == 1 && next[0] != '\n')
                answer.Append((char)next[0]);
        }
        catch (IOException)
        {
            // The connection was closed: vhost-device-vsock refuses this way while the guest has no driver for the device.
        }

        if (!answer.ToString().StartsWith("OK", StringComparison.Ordinal))
            throw new IOException($"nothing in the guest listens on vsock port {access.Port} (check that the guest has started and runs sshd)");
    }
}
