using Vmspawn.Pcie;

namespace Vmspawn.Control.Ports;

/// <summary>What a root port is used for.</summary>
internal enum PortState
{
    /// <summary>It is empty.</summary>
    Free,

    /// <summary>It is reserved for a device that is being plugged in.</summary>
    Reserved,

    /// <summary>A device is in it.</summary>
    Taken,

    /// <summary>The guest was requested to release the device in it.</summary>
    Detaching,
}

/// <summary>The state of a root port.</summary>
/// <param name="Port">The port in the topology.</param>
/// <param name="State">Its state.</param>
/// <param name="Owner">Its use; null exactly when it is free.</param>
/// <param name="Since">The time of the last change of the state.</param>
internal sealed record PortRow(RootPort Port, PortState State, string? Owner, DateTimeOffset Since);

/// <summary>The use of one root port by one device, from the reservation to the release. A lease that has ended is not reused.</summary>
internal sealed class PortLease(string portId)
{
    /// <summary>The port's id in QEMU.</summary>
    public string PortId => portId;
}
