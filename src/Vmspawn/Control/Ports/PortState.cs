using Vmspawn.Pcie;

namespace Vmspawn.Control.Ports;

/// <summary>What a root port is doing.</summary>
internal enum PortState
{
    /// <summary>Nothing sits in it.</summary>
    Free,

    /// <summary>Something is about to be plugged into it.</summary>
    Reserved,

    /// <summary>Something sits in it.</summary>
    Taken,

    /// <summary>The guest was asked to let go of what sits in it.</summary>
    Detaching,
}

/// <summary>A root port as it is now.</summary>
/// <param name="Port">Its place.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Owner">For whom; null exactly when it is free.</param>
/// <param name="Since">Since when.</param>
internal sealed record PortRow(RootPort Port, PortState State, string? Owner, DateTimeOffset Since);
