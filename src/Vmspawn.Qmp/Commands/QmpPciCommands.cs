namespace Vmspawn.Qmp;

/// <summary>The PCI topology as QEMU has it (qapi/pci.json).</summary>
public static class QmpPciCommands
{
    /// <summary><c>query-pci</c>: the root buses, each with its tree.</summary>
    public static Task<IReadOnlyList<QmpPciBus>> QueryPciAsync(
        this QmpClient client, QmpCallOptions? options = null, CancellationToken cancellation = default) =>
        client.AskAsync<IReadOnlyList<QmpPciBus>>(
            "query-pci", answer => ReplyFields.AsList(answer, QmpPciBus.Read), null, options, cancellation);
}
