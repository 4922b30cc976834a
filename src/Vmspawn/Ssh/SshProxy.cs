using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Ssh;

/// <summary>Connects ssh(1) to a guest by vsock, and passes the connection to ssh, so that no process relays the data.</summary>
internal static class SshProxy
{
    /// <summary>The answer to <c>CONNECT</c> is a short line.</summary>
    private const int LongestAnswer = 64;

    /// <summary>Connects, and passes the connection over standard output (ssh_config(5), "ProxyUseFdpass").</summary>
    /// <exception cref="IOException">The guest does not exist or does not listen on the port.</exception>
    public static async Task RunAsync(string address, uint port)
    {
        using var connection = Connect(address);
        // Unbuffered, because ssh reads what follows the answer.
        await using var stream = new FileStream(connection, FileAccess.ReadWrite, bufferSize: 0);
        if (address.StartsWith(SshAccess.VsockMuxPrefix, StringComparison.Ordinal))
            Ask(stream, port);
        // ssh reads one byte with the descriptor and ignores its value.
        await using var ssh = UnixConnection.Adopt(StandardStream.Output);
        await ssh.SendAsync(new byte[1], [connection]);

        SafeFileHandle Connect(string to) => to.StartsWith(SshAccess.VsockPrefix, StringComparison.Ordinal)
            ? VsockConnection.Connect(uint.Parse(to.AsSpan(SshAccess.VsockPrefix.Length), CultureInfo.InvariantCulture), port)
            : UnixConnection.ConnectPlain(to[SshAccess.VsockMuxPrefix.Length..]);
    }

    private static void Ask(FileStream stream, uint port)
    {
        var answer = new StringBuilder();
        try
        {
            stream.Write(Encoding.ASCII.GetBytes($"CONNECT {port}\n"));
            for (var next = stream.ReadByte(); next is not (-1 or '\n') && answer.Length < LongestAnswer; next = stream.ReadByte())
                answer.Append((char)next);
        }
        catch (IOException)
        {
            // The connection was closed: vhost-device-vsock refuses this way while the guest has no driver for the device.
        }

        if (!answer.ToString().StartsWith("OK", StringComparison.Ordinal))
            throw new IOException($"nothing in the guest listens on vsock port {port} (check that the guest has started and runs sshd)");
    }
}
