using Vmspawn.Control.Storage;
using Vmspawn.Qmp;

namespace Vmspawn.Control.Ports;

/// <summary>A device that another program plugged into one of vmspawn's ports through the shared monitor.</summary>
internal sealed class UnmanagedDevice : IHotplugDevice
{
    /// <summary>The end of QEMU's error about a place that is taken (do_pci_register_device of hw/pci/pci.c).</summary>
    private const string InUse = ", in use by ";

    private UnmanagedDevice(string driver, string id)
    {
        DeviceId = id;
        Description = id.Length > 0 ? $"{driver} {id}, plugged in through the monitor" : $"{driver}, plugged in through the monitor";
    }

    public string DeviceId { get; }

    public string Description { get; }

    public PortLease? Port { get; set; }

    public HotplugState State { get; set; } = HotplugState.Attached;

    public RemovalAttempt? Removal { get; set; }

    /// <summary>The device in the port, if it is the reason why QEMU refused another one there; else null.</summary>
    public static UnmanagedDevice? Find(QmpCommandException refused)
    {
        var at = refused.Description.IndexOf(InUse, StringComparison.Ordinal);
        if (at < 0)
            return null;
        var (driver, id) = refused.Description[(at + InUse.Length)..].Split(",id=", 2) is [var name, var its] ? (name, its) : ("a device", "");
        return new UnmanagedDevice(driver, id == "(null)" ? "" : id);
    }
}
