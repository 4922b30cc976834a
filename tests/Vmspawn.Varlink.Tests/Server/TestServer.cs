using System.Collections.Concurrent;
using VarlinkEcho;
using Vmspawn.Linux;

namespace Vmspawn.Varlink.Tests;

/// <summary>The echo service, and one of handlers that behave badly, on a socket of its own.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private static readonly VarlinkInterface Odd = new(
        "org.example.odd",
        types: [new("Size", VarlinkType.Struct(new("width", VarlinkType.Int), new("unit", VarlinkType.Enum("mm", "inch"))))],
        methods:
        [
            new("Throw", [], []),
            new("ThrowErrno", [], []),
            new("NoReply", [], []),
            new("TwoReplies", [], []),
            new("WrongReply", [], [new("n", VarlinkType.Int)]),
            new("UndeclaredError", [], []),
            new("Forever", [], [], VarlinkMethodFlags.SupportsMore),
            new("Flood", [new("bytes", VarlinkType.Int)], [new("text", VarlinkType.String)], VarlinkMethodFlags.RequiresMore),
            new("Note", [new("text", VarlinkType.String)], []),
            new("Take", [
                new("size", VarlinkType.Named("Size").Nullable()),
                new("names", VarlinkType.String.Array().Nullable()),
                new("ages", VarlinkType.Int.Map().Nullable()),
                new("value", VarlinkType.Any.Nullable()),
                new("ratio", VarlinkType.Float.Nullable()),
                new("flag", VarlinkType.Bool.Nullable()),
                new("thing", VarlinkType.Object.Nullable())], []),
        ]);

    private readonly string _directory = Directory.CreateTempSubdirectory("varlink").FullName;
    private readonly VarlinkServer _server;

    public TestServer(VarlinkServerOptions? options = null)
    {
        Path = System.IO.Path.Combine(_directory, "socket");
        options ??= new VarlinkServerOptions();
        _server = VarlinkServer.Start(UnixListener.Bind(Path), Service(), options with
        {
            HandlerFailed = (method, e) => Failures.Enqueue($"{method}: {e.Message}"),
            Dropped = (_, e) => Dropped.Enqueue(e.Message),
        });
    }

    public string Path { get; }

    public int ConnectionCount => _server.ConnectionCount;

    public ConcurrentQueue<string> Failures { get; } = new();

    public ConcurrentQueue<string> Dropped { get; } = new();

    public ConcurrentQueue<string> Notes { get; } = new();

    public SemaphoreSlim Entered { get; } = new(0);

    public SemaphoreSlim Cancelled { get; } = new(0);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private VarlinkService Service() => new(
        new VarlinkIdentity("Example", "odd", "1", "https://example.org/"),
        new VarlinkImplementation(Odd)
            .On("Throw", _ => throw new InvalidOperationException("a bug"))
            .On("ThrowErrno", _ => throw new LinuxException("open", "/x", Errno.ENOSPC))
            .On("NoReply", _ => ValueTask.CompletedTask)
            .On("TwoReplies", async call =>
            {
                await call.ReplyAsync();
                await call.ReplyAsync();
            })
            .On("WrongReply", call => call.ReplyAsync(reply => reply.WriteString("n", "no number")))
            .On("UndeclaredError", _ => throw new VarlinkErrorException("org.example.odd.Nobody"))
            .On("Forever", ForeverAsync)
            .On("Flood", FloodAsync)
            .On("Note", call =>
            {
                Notes.Enqueue(call.Parameters.GetProperty("text").GetString()!);
                return call.ReplyAsync();
            })
            .On("Take", call => call.ReplyAsync()),
        new VarlinkImplementation(EchoService.Interface).From(EchoService.Create()));

    private async ValueTask ForeverAsync(VarlinkCall call)
    {
        Entered.Release();
        try
        {
            await Task.Delay(Timeout.Infinite, call.Cancellation);
        }
        finally
        {
            Cancelled.Release();
        }
    }

    private async ValueTask FloodAsync(VarlinkCall call)
    {
        string text = new('x', call.Parameters.GetProperty("bytes").GetInt32());
        try
        {
            while (true)
                await call.ContinueAsync(reply => reply.WriteString("text", text));
        }
        finally
        {
            Cancelled.Release();
        }
    }
}

internal static class ImplementationExtensions
{
    /// <summary>Takes over the handlers that a service has for the interface.</summary>
    public static VarlinkImplementation From(this VarlinkImplementation target, VarlinkService source)
    {
        foreach (var method in target.Interface.Methods)
            target.On(method.Name, source.Find($"{target.Interface.Name}.{method.Name}").Handler);
        return target;
    }
}
