using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Vmspawn.Linux;

namespace Vmspawn.Tests.Supervise;

/// <summary>QEMU's end of a monitor socket: greets on request, answers every command unless it is silent.</summary>
internal sealed class FakeMonitor : IDisposable
{
    private readonly NetworkStream _stream;
    private readonly Task _answering;

    public FakeMonitor()
    {
        var (ours, theirs) = UnixConnection.CreatePair();
        var socket = new Socket(new SafeSocketHandle(theirs.DangerousGetHandle(), ownsHandle: true));
        theirs.SetHandleAsInvalid();
        _stream = new NetworkStream(socket, ownsSocket: true);
        Ours = ours;
        _answering = AnswerAsync();
    }

    public UnixConnection Ours { get; }

    /// <summary>It reads commands and answers none, as a QEMU that is stopped.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Answers with an error instead of success.</summary>
    public Func<string, bool> Refuses { get; set; } = _ => false;

    public ConcurrentQueue<string> Commands { get; } = [];

    public void Greet() =>
        Write("""{"QMP":{"version":{"qemu":{"major":9,"minor":0,"micro":0},"package":""},"capabilities":[]}}""");

    public void Say(string happened, string data) =>
        Write($$$"""{"event":"{{{happened}}}","data":{{{data}}},"timestamp":{"seconds":1,"microseconds":0}}""");

    /// <summary>Closes the connection, as QEMU does at its end.</summary>
    public void Dispose() => _stream.Dispose();

    private void Write(string line)
    {
        try
        {
            lock (_stream)
                _stream.Write(Encoding.UTF8.GetBytes(line + "\r\n"));
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            // One of the two sides is closed, which some orders of events do first.
        }
    }

    private async Task AnswerAsync()
    {
        try
        {
            using var reader = new StreamReader(_stream, leaveOpen: true);
            while (await reader.ReadLineAsync() is { } line)
            {
                var command = JsonDocument.Parse(line).RootElement;
                var name = command.GetProperty("execute").GetString()!;
                Commands.Enqueue(name);
                if (IsSilent && name != "qmp_capabilities")
                    continue;
                var id = command.GetProperty("id").GetRawText();
                Write(Refuses(name)
                    ? $$$"""{"error":{"class":"GenericError","desc":"no"},"id":{{{id}}}}"""
                    : $$"""{"return":{{(name == "query-status" ? """{"running":true,"status":"running"}""" : "{}")}},"id":{{id}}}""");
            }
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            // As above.
        }
    }
}
