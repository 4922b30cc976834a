using System.Buffers.Binary;
using System.Net.Sockets;

namespace Vmspawn.SystemTests.Harness;

/// <summary>A VNC client that sees the screen and presses keys (RFC 6143).</summary>
internal sealed class VncClient : IDisposable
{
    private readonly NetworkStream _stream;

    private VncClient(NetworkStream stream) => _stream = stream;

    public int Width { get; private set; }

    public int Height { get; private set; }

    public static async Task<VncClient> Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        var client = new VncClient(new NetworkStream(socket, ownsSocket: true));
        await client.Begin();
        return client;
    }

    /// <summary>The picture now: four bytes a pixel.</summary>
    public async Task<byte[]> Picture()
    {
        var request = new byte[10];
        request[0] = 3;
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(6), (ushort)Width);
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(8), (ushort)Height);
        await _stream.WriteAsync(request);
        var update = await Read(4);
        Assert.Equal(0, update[0]);
        var picture = new byte[Width * Height * 4];
        for (var left = BinaryPrimitives.ReadUInt16BigEndian(update.AsSpan(2)); left > 0; left--)
        {
            var rectangle = await Read(12);
            var (x, y) = (Number(rectangle, 0), Number(rectangle, 2));
            var (width, height) = (Number(rectangle, 4), Number(rectangle, 6));
            Assert.Equal(0, BinaryPrimitives.ReadInt32BigEndian(rectangle.AsSpan(8)));
            var pixels = await Read(width * height * 4);
            for (var row = 0; row < height; row++)
                pixels.AsSpan(row * width * 4, width * 4).CopyTo(picture.AsSpan((((y + row) * Width) + x) * 4));
        }

        return picture;
    }

    /// <summary>Presses a key and releases it.</summary>
    /// <param name="symbol">An X keysym; a letter's is its ASCII code.</param>
    public async Task Press(uint symbol)
    {
        foreach (var down in new byte[] { 1, 0 })
        {
            var key = new byte[8];
            (key[0], key[1]) = (4, down);
            BinaryPrimitives.WriteUInt32BigEndian(key.AsSpan(4), symbol);
            await _stream.WriteAsync(key);
        }
    }

    public void Dispose() => _stream.Dispose();

    private async Task Begin()
    {
        Assert.Equal("RFB 003.008\n"u8.ToArray(), await Read(12));
        await _stream.WriteAsync("RFB 003.008\n"u8.ToArray());
        var types = await Read((await Read(1))[0]);
        Assert.Contains((byte)1, types);
        await _stream.WriteAsync(new byte[] { 1 });
        Assert.Equal(new byte[4], await Read(4));
        await _stream.WriteAsync(new byte[] { 1 });
        var server = await Read(24);
        (Width, Height) = (Number(server, 0), Number(server, 2));
        Assert.Equal(32, server[4]);
        await Read(BinaryPrimitives.ReadInt32BigEndian(server.AsSpan(20)));
    }

    private static int Number(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));

    private async Task<byte[]> Read(int count)
    {
        var bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes);
        return bytes;
    }
}
