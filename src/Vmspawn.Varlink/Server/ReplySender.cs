using System.Runtime.InteropServices;
using System.Text.Json;
using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>Sends replies, and refuses those that do not match the interface's declaration.</summary>
internal sealed class ReplySender(
    UnixConnection connection,
    MessageReader reader,
    VarlinkService service,
    VarlinkLimits limits)
{
    public UnixConnection Connection => connection;

    public MessageReader Reader => reader;

    /// <summary>The failure that ended sending, or null.</summary>
    public IOException? Broken { get; private set; }

    public ValueTask ReplyAsync(
        CallRequest request,
        bool continues,
        Action<Utf8JsonWriter>? parameters,
        IReadOnlyList<SafeHandle>? descriptors) =>
        SendAsync(request, BuildReply(request, continues, parameters), descriptors);

    public ReadOnlyMemory<byte> BuildReply(CallRequest request, bool continues, Action<Utf8JsonWriter>? parameters)
    {
        (var face, var method, _) = service.Find(request.Method);
        var message = OutgoingMessage.Build(
            continues,
            static (writer, continues) =>
            {
                if (continues)
                    writer.WriteBoolean("continues"u8, true);
            },
            parameters,
            limits);
        if (FindProblem(face, method.Output, message) is { } wrong)
            throw new InvalidOperationException($"A reply of {request.Method} does not fit its declaration: '{wrong}'.");
        return message;
    }

    /// <exception cref="InvalidOperationException">No interface declares this error.</exception>
    public ValueTask FailAsync(CallRequest request, VarlinkErrorException error)
    {
        if (service.FindError(error.Name) is not { } declared)
            throw new InvalidOperationException($"{request.Method} failed with {error.Name}, which is not declared.", error);
        if (ParameterCheck.FindProblem(declared.Interface, declared.Error.Fields, error.Parameters) is { } wrong)
            throw new InvalidOperationException($"{error.Name} does not fit its declaration: '{wrong}'.", error);
        return SendAsync(request, BuildError(error), descriptors: null);
    }

    public async ValueTask SendAsync(CallRequest request, ReadOnlyMemory<byte> message, IReadOnlyList<SafeHandle>? descriptors)
    {
        if (request.OneWay)
            return;
        if (Broken is not null)
            throw new IOException("The caller has disconnected.", Broken);
        try
        {
            await OutgoingMessage.SendAsync(connection, message, descriptors, limits, CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            Broken = e;
            throw;
        }
        catch (ObjectDisposedException e)
        {
            Broken = new IOException("The connection is closed.", e);
            throw Broken;
        }
    }

    private ReadOnlyMemory<byte> BuildError(VarlinkErrorException error) => OutgoingMessage.Build(
        error.Name,
        static (writer, name) => writer.WriteString("error"u8, name),
        writer =>
        {
            foreach (var property in error.Parameters.EnumerateObject())
                property.WriteTo(writer);
        },
        limits);

    private static string? FindProblem(VarlinkInterface face, EquatableList<VarlinkField> output, ReadOnlyMemory<byte> message)
    {
        using var document = JsonDocument.Parse(message[..^1]);
        return ParameterCheck.FindProblem(face, output, document.RootElement.GetProperty("parameters"u8));
    }
}
