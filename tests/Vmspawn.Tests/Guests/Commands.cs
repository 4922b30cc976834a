using System.Text;
using Vmspawn.Guests;

namespace Vmspawn.Tests.Guests;

/// <summary>Commands by a channel, to their end.</summary>
internal static class Commands
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<(int Status, byte[] Output, byte[] Error)> RunAsync(IGuestTransport channel, GuestCommand command, byte[]? input)
    {
        await using var process = await channel.StartAsync(command, input is not null, Cancel);
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        async Task WriteAsync()
        {
            if (input is not null)
                await process.Input.WriteAsync(input, Cancel);
            await process.Input.DisposeAsync();
        }

        await Task.WhenAll(process.Output.CopyToAsync(output, Cancel), process.Error.CopyToAsync(error, Cancel), WriteAsync());
        return (await process.Exited.WaitAsync(Cancel), output.ToArray(), error.ToArray());
    }

    /// <summary>The output of a line of the guest's shell, without the last line feed.</summary>
    public static async Task<string> TextAsync(IGuestTransport channel, string line) =>
        Encoding.UTF8.GetString((await RunAsync(channel, GuestCommand.Shell(line), null)).Output).TrimEnd('\n');

    /// <summary>Reads that many characters, or up to an end character.</summary>
    public static async Task<string> ReadAsync(Stream stream, int count, char? end = null)
    {
        var text = new StringBuilder();
        var buffer = new byte[1];
        while (end is null ? text.Length < count : text.Length == 0 || text[^1] != end)
        {
            await stream.ReadExactlyAsync(buffer, Cancel);
            text.Append((char)buffer[0]);
        }

        return end is null ? text.ToString() : text.ToString().TrimEnd(end.Value);
    }
}
