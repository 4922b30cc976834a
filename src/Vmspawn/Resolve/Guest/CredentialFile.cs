using System.Net.Sockets;

namespace Vmspawn.Resolve;

/// <summary>Reads a credential from a file, or from a socket that sends it to whoever connects.</summary>
internal static class CredentialFile
{
    /// <summary>How long a socket may take to send it.</summary>
    private static readonly TimeSpan SocketLimit = TimeSpan.FromSeconds(10);

    /// <summary>At most <paramref name="limit"/> bytes.</summary>
    public static byte[] Read(string path, int limit)
    {
        using var content = new MemoryStream();
        if (IsSocket(path))
            ReadSocket(path, content, limit);
        else
            ReadFile(path, content, limit);
        return content.ToArray();
    }

    /// <summary>A socket has no file type of its own in .NET: what exists, is no directory and cannot be opened for that reason.</summary>
    private static bool IsSocket(string path) =>
        File.GetAttributes(path) is var attributes
        && !attributes.HasFlag(FileAttributes.Directory)
        && !attributes.HasFlag(FileAttributes.Normal)
        && attributes.HasFlag(FileAttributes.Device);

    private static void ReadFile(string path, MemoryStream content, int limit)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        Copy(file, content, limit);
    }

    private static void ReadSocket(string path, MemoryStream content, int limit)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.ReceiveTimeout = (int)SocketLimit.TotalMilliseconds;
        socket.Connect(new UnixDomainSocketEndPoint(path));
        using var stream = new NetworkStream(socket);
        Copy(stream, content, limit);
    }

    private static void Copy(Stream from, MemoryStream to, int limit)
    {
        var buffer = new byte[Math.Min(limit, 16 << 10)];
        while (to.Length < limit)
        {
            var count = from.Read(buffer, 0, (int)Math.Min(buffer.Length, limit - to.Length));
            if (count == 0)
                return;
            to.Write(buffer, 0, count);
        }
    }
}
