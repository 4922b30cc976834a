using System.Text.Json;

namespace Vmspawn.Varlink;

/// <summary>One received message with its descriptors; its content is valid until it is disposed.</summary>
internal sealed class ReceivedMessage : IDisposable
{
    private readonly JsonDocument _document;
    private readonly ByteBudget _budget;
    private readonly long _charge;
    private bool _disposed;

    private ReceivedMessage(JsonDocument document, ReceivedDescriptors descriptors, ByteBudget budget, long charge)
    {
        _document = document;
        Descriptors = descriptors;
        _budget = budget;
        _charge = charge;
    }

    public JsonElement Root => _document.RootElement;

    public ReceivedDescriptors Descriptors { get; }

    public static ReceivedMessage Read(ReadOnlySpan<byte> bytes, ReceivedDescriptors descriptors, int depth, ByteBudget budget)
    {
        var charge = MessageScan.Check(bytes, depth);
        budget.Take(charge);
        try
        {
            var options = new JsonDocumentOptions { MaxDepth = depth, AllowDuplicateProperties = false };
            return new ReceivedMessage(JsonDocument.Parse(bytes.ToArray(), options), descriptors, budget, charge);
        }
        catch (JsonException e)
        {
            budget.Return(charge);
            throw new VarlinkProtocolException($"a message is no JSON object: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _document.Dispose();
        Descriptors.Dispose();
        _budget.Return(_charge);
    }
}
