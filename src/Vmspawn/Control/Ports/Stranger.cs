using Vmspawn.Control.Storage;
using Vmspawn.Qmp;

namespace Vmspawn.Control.Ports;

/// <summary>A device that some program plugged into a port of ours through the shared monitor, without the table's knowledge.</summary>
internal sealed class Stranger : IPlugged
{
    /// <summary>The end of QEMU's complaint about a place that is taken (do_pci_register_device of hw/pci/pci.c).</summary>
    private const string InUse = ", in use by ";

    private Stranger(string driver, string id, string port)
    {
        DeviceId = id;
        What = id.Length > 0 ? $"{driver} {id}, plugged in through the monitor" : $"{driver}, plugged in through the monitor";
        PortId = port;
    }

    public string DeviceId { get; }

    public string What { get; }

    public string? PortId { get; }

    public PlugState State { get; set; } = PlugState.Attached;

    public RemovalAttempt? Removal { get; set; }

    /// <summary>Who is in the port, when that is why QEMU refused a device there; else null.</summary>
    public static Stranger? Find(QmpCommandException refused, string port)
    {
        var at = refused.Description.IndexOf(InUse, StringComparison.Ordinal);
        if (at < 0)
            return null;
        var (driver, id) = refused.Description[(at + InUse.Length)..].Split(",id=", 2) is [var name, var its] ? (name, its) : ("a device", "");
        return new Stranger(driver, id == "(null)" ? "" : id, port);
    }
}
