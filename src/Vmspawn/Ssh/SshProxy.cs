using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Ssh;

/// <summary>Connects ssh(1) to a guest by vsock: the connection is handed over, so that nothing stands between afterwards.</summary>
internal static class SshProxy
{
    /// <summary>The answer to <c>CONNECT</c> is a short line.</summary>
    private const int LongestAnswer = 64;

    /// <summary>Connects, and passes the connection on over our standard output (ssh_config(5), "ProxyUseFdpass").</summary>
    /// <exception cref="IOException">The guest is not there or nobody in it listens.</exception>
    public static async Task RunAsync(string address, uint port)
    {
        using var connection = Connect(address);
        // Unbuffered: what follows the answer is ssh's to read.
        await using var stream = new FileStream(connection, FileAccess.ReadWrite, bufferSize: 0);
        if (address.StartsWith(SshAccess.VsockMuxPrefix, StringComparison.Ordinal))
            Ask(stream, port);
        // ssh takes the descriptor with one byte, whatever it is.
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
            // Closed in our face, which is how it refuses while the guest has no driver for the device.
        }

        if (!answer.ToString().StartsWith("OK", StringComparison.Ordinal))
            throw new IOException($"nobody in the guest listens at vsock port {port} (is it up by now, and has it sshd?)");
    }
}
