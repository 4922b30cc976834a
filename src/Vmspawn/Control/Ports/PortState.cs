using Vmspawn.Pcie;

namespace Vmspawn.Control.Ports;

/// <summary>What a root port is used for.</summary>
internal enum PortState
{
    /// <summary>Nothing sits in it.</summary>
    Free,

    /// <summary>A device is about to be plugged into it.</summary>
    Reserved,

    /// <summary>A device sits in it.</summary>
    Taken,

    /// <summary>The guest was asked to release the device that sits in it.</summary>
    Detaching,
}

/// <summary>A root port as it is now.</summary>
/// <param name="Port">Its place.</param>
/// <param name="State">What it is used for.</param>
/// <param name="Owner">By whom; null exactly when it is free.</param>
/// <param name="Since">Since when.</param>
internal sealed record PortRow(RootPort Port, PortState State, string? Owner, DateTimeOffset Since);

/// <summary>The right of one device to one root port, from its reservation until it is released. It ends once and never comes back.</summary>
internal sealed class PortLease(string portId)
{
    /// <summary>The port's id in QEMU.</summary>
    public string PortId => portId;
}
