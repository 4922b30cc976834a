using VarlinkEcho;
using Vmspawn.Linux;
using Vmspawn.Varlink;

// Usage: VarlinkEcho SOCKET. Serves org.example.echo until its standard input ends.
await using var server = VarlinkServer.Start(
    UnixListener.Bind(args[0]),
    EchoService.Create(),
    new VarlinkServerOptions
    {
        HandlerFailed = (method, failure) => Console.Error.WriteLine($"{method}: {failure}"),
        Dropped = (peer, reason) => Console.Error.WriteLine($"user {peer.UserId}: {reason.Message}"),
    });
await Console.In.ReadToEndAsync();
