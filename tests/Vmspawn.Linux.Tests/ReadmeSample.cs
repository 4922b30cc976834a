namespace Vmspawn.Linux.Tests;

public class ReadmeSample
{
    [Fact]
    public async Task The_sample_of_the_readme_passes_a_file() => Assert.Equal("passwd 1 True", await RunAsync());

    private static async Task<string> RunAsync()
    {
        // <readme>
        // Two connected sockets; the other end may be a child's, or come from a UnixListener.
        var (ours, theirs) = UnixConnection.CreatePair();
        await using var sender = ours;
        await using var receiver = UnixConnection.Adopt(theirs);

        // Bytes, and an open file that the receiver gets as a descriptor of its own.
        using var file = File.OpenHandle("/etc/passwd");
        await sender.SendAsync("passwd"u8.ToArray(), [file]);

        using var descriptors = new DescriptorQueue();
        var buffer = new byte[64];
        var count = await receiver.ReceiveAsync(buffer, descriptors);
        var received = descriptors.Count;
        using var copy = descriptors.Take();
        var name = System.Text.Encoding.UTF8.GetString(buffer, 0, count);
        // </readme>
        return $"{name} {received} {RandomAccess.GetLength(copy) == RandomAccess.GetLength(file)}";
    }
}
