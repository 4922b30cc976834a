namespace Vmspawn.Pcie;

/// <summary>How boot devices are spread over root ports.</summary>
public enum PcieLayout
{
    /// <summary><see cref="Ports"/> as long as the ports suffice, then <see cref="Packed"/>.</summary>
    Auto,

    /// <summary>One root port a device: each can be removed on its own.</summary>
    Ports,

    /// <summary>Boot devices eight functions a port: for many devices and a fast boot.</summary>
    Packed,
}
