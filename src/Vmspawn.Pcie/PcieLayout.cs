namespace Vmspawn.Pcie;

/// <summary>How boot devices are assigned to root ports.</summary>
public enum PcieLayout
{
    /// <summary><see cref="Ports"/> if the ports suffice, then <see cref="Packed"/>.</summary>
    Auto,

    /// <summary>One root port per device: each can be removed separately.</summary>
    Ports,

    /// <summary>Eight boot devices per port: for many devices and a fast boot.</summary>
    Packed,
}
