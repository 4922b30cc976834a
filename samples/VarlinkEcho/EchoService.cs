using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace VarlinkEcho;

/// <summary>A service that shows each kind of call: plain, with several replies, with descriptors, upgraded.</summary>
internal static class EchoService
{
    public static readonly VarlinkInterface Interface = new(
        "org.example.echo",
        docs: "Says back what it is told.",
        methods:
        [
            new("Echo", [new("text", VarlinkType.String, "At most 1000 characters.")], [new("text", VarlinkType.String)]),
            new(
                "Count",
                [new("to", VarlinkType.Int), new("milliseconds", VarlinkType.Int.Nullable(), "Between two numbers.")],
                [new("number", VarlinkType.Int)],
                VarlinkMethodFlags.RequiresMore,
                "Counts from 1."),
            new(
                "ReadFile",
                [new("fileDescriptorIndex", VarlinkType.Int)],
                [new("content", VarlinkType.String)],
                Docs: "Reads the descriptor that comes with the call to its end."),
            new(
                "OpenFile",
                [new("path", VarlinkType.String)],
                [new("fileDescriptorIndex", VarlinkType.Int)],
                Docs: "Opens a file; its descriptor comes with the reply."),
            new("Shout", [], [], VarlinkMethodFlags.RequiresUpgrade, "Then says back in capitals whatever comes."),
        ],
        errors: [new("TooLong", [new("limit", VarlinkType.Int)])]);

    public static VarlinkService Create() => new(
        new VarlinkIdentity("Example", "echo", "1", "https://example.org/"),
        new VarlinkImplementation(Interface)
            .On("Echo", EchoAsync)
            .On("Count", CountAsync)
            .On("ReadFile", ReadFileAsync)
            .On("OpenFile", OpenFileAsync)
            .On("Shout", ShoutAsync));

    private static ValueTask EchoAsync(VarlinkCall call)
    {
        var text = call.Parameters.GetProperty("text"u8).GetString()!;
        return text.Length <= 1000
            ? call.ReplyAsync(reply => reply.WriteString("text"u8, text))
            : throw new VarlinkErrorException("org.example.echo.TooLong", error => error.WriteNumber("limit"u8, 1000));
    }

    private static async ValueTask CountAsync(VarlinkCall call)
    {
        var to = call.Parameters.GetProperty("to"u8).GetInt64();
        if (to < 1)
            throw ServiceErrors.InvalidParameter("to");
        for (long number = 1; number < to; number++)
        {
            await call.ContinueAsync(reply => reply.WriteNumber("number"u8, number));
            if (call.Optional("milliseconds") is { } pause)
                await Task.Delay(TimeSpan.FromMilliseconds(pause.GetInt64()), call.Cancellation);
        }
        await call.ReplyAsync(reply => reply.WriteNumber("number"u8, to));
    }

    private static async ValueTask ReadFileAsync(VarlinkCall call)
    {
        var index = call.Parameters.GetProperty("fileDescriptorIndex"u8).GetInt64();
        if (!call.Descriptors.TryTake(index, out var handle))
            throw ServiceErrors.InvalidParameter("fileDescriptorIndex");
        using var reader = new StreamReader(new FileStream(handle, FileAccess.Read));
        var content = await reader.ReadToEndAsync(call.Cancellation);
        await call.ReplyAsync(reply => reply.WriteString("content"u8, content));
    }

    private static async ValueTask OpenFileAsync(VarlinkCall call)
    {
        using var handle = File.OpenHandle(call.Parameters.GetProperty("path"u8).GetString()!);
        await call.ReplyAsync(reply => reply.WriteNumber("fileDescriptorIndex"u8, 0), [handle]);
    }

    private static async ValueTask ShoutAsync(VarlinkCall call)
    {
        var raw = await call.UpgradeAsync();
        using var descriptors = new DescriptorQueue();
        var buffer = new byte[4096];
        while (await raw.ReceiveAsync(buffer, descriptors) is var count and > 0)
        {
            System.Text.Ascii.ToUpperInPlace(buffer.AsSpan(0, count), out _);
            await raw.SendAsync(buffer.AsMemory(0, count));
        }
    }
}
