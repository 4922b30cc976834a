namespace Vmspawn.Pcie;

/// <summary>The origin of a placed device.</summary>
public enum DemandKind
{
    /// <summary>A vmspawn device on the root bus, which can be neither hot-plugged nor removed.</summary>
    Integrated,

    /// <summary>A vmspawn device behind a root port.</summary>
    Boot,

    /// <summary>A device in the user's QEMU arguments.</summary>
    User,
}

/// <summary>
/// What a boot device is for. The order of the members is the order of the ports, so that a later class can grow
/// without moving an earlier one: the name of a network interface in the guest holds its bus number.
/// </summary>
public enum BootClass
{
    /// <summary>A network interface.</summary>
    Nic,

    /// <summary>The root disk, or the share that holds the root directory.</summary>
    Root,

    /// <summary>The vsock device.</summary>
    Vsock,

    /// <summary>A drive that is a PCI device.</summary>
    Drive,

    /// <summary>A virtiofs share.</summary>
    Share,

    /// <summary>A SCSI controller: takes a hotplug port, or a port after all others when no hotplug port is free.</summary>
    Controller,
}

/// <summary>A vmspawn device that needs an address.</summary>
/// <param name="Id">QEMU id, unique among all demands.</param>
/// <param name="Driver">QEMU device driver.</param>
/// <param name="Class">Its class, or null for an integrated device on the root bus.</param>
/// <param name="Owner">Its use, for messages: <c>root image</c>, <c>network</c>.</param>
public sealed record DeviceDemand(string Id, string Driver, BootClass? Class, string Owner)
{
    /// <summary>Integrated or boot device.</summary>
    public DemandKind Kind => Class is null ? DemandKind.Integrated : DemandKind.Boot;

    /// <summary>A device for the root bus itself, such as the random number generator.</summary>
    /// <param name="id">QEMU id.</param>
    /// <param name="driver">QEMU device driver.</param>
    /// <param name="owner">Its use.</param>
    public static DeviceDemand Integrated(string id, string driver, string owner) => new(id, driver, null, owner);

    /// <summary>A device for a root port.</summary>
    /// <param name="id">QEMU id.</param>
    /// <param name="driver">QEMU device driver.</param>
    /// <param name="bootClass">Its class, which decides its position.</param>
    /// <param name="owner">Its use.</param>
    public static DeviceDemand Boot(string id, string driver, BootClass bootClass, string owner) =>
        new(id, driver, bootClass, owner);
}
