using Vmspawn.Control.Ports;

namespace Vmspawn.Control.Storage;

/// <summary>What a device is doing.</summary>
internal enum HotplugState
{
    /// <summary>It is being plugged in.</summary>
    Attaching,

    /// <summary>The guest has it, or may have it once it looks.</summary>
    Attached,

    /// <summary>Its release was requested, or it was removed and QEMU's resources for it are being freed.</summary>
    Detaching,
}

/// <summary>A device that can be removed from the running guest.</summary>
internal interface IHotplugDevice
{
    /// <summary>Its id in QEMU; never used twice.</summary>
    string DeviceId { get; }

    /// <summary>What it is, for messages.</summary>
    string Description { get; }

    /// <summary>The root port that it has to itself, or null.</summary>
    PortLease? Port { get; }

    HotplugState State { get; set; }

    /// <summary>The latest attempt to have it removed, under way or over; null before the first.</summary>
    RemovalAttempt? Removal { get; set; }
}
