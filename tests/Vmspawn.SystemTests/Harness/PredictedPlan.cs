using System.Text.Json;

namespace Vmspawn.SystemTests.Harness;

/// <summary>What <c>vmspawn plan --format=json</c> says the guest will find.</summary>
internal sealed class PredictedPlan : IDisposable
{
    private readonly JsonDocument _document;

    private PredictedPlan(JsonDocument document) => _document = document;

    public JsonElement Root => _document.RootElement;

    /// <summary>Every function the guest enumerates, sorted: the machine's own, the ports, and what is placed.</summary>
    public string[] Addresses =>
        [.. ((string[])["reserved", "ports", "devices"])
            .SelectMany(part => Root.GetProperty(part).EnumerateArray())
            .Select(function => function.GetProperty("guest").GetString() ?? throw new InvalidOperationException($"No address predicted: {function}"))
            .Order(StringComparer.Ordinal)];

    public string GuestAddress(string id) => Root.GetProperty("devices").EnumerateArray()
        .Single(device => device.GetProperty("id").GetString() == id).GetProperty("guest").GetString()!;

    /// <summary>Asks for the plan of a command line.</summary>
    public static async Task<PredictedPlan> Of(
        Scratch scratch, QemuKind qemu, IReadOnlyDictionary<string, string?> environment, IEnumerable<string> arguments)
    {
        using var run = VmspawnRun.StartWith(
            environment, scratch, qemu, ["plan", "--format=json", .. arguments]);
        var ended = await run.End(TimeSpan.FromSeconds(30));
        Assert.True(ended.Status == 0, ended.ToString());
        return new PredictedPlan(JsonDocument.Parse(ended.Output));
    }

    public void Dispose() => _document.Dispose();
}
