using Vmspawn.Control.Ports;

namespace Vmspawn.Control.Storage;

/// <summary>The state of a device.</summary>
internal enum HotplugState
{
    /// <summary>It is being plugged in.</summary>
    Attaching,

    /// <summary>It is plugged in; whether the guest uses it depends on the guest.</summary>
    Attached,

    /// <summary>Its release was requested, or it was removed and QEMU's resources for it are being freed.</summary>
    Detaching,
}

/// <summary>A device that can be removed from the running guest.</summary>
internal interface IHotplugDevice
{
    /// <summary>Its id in QEMU; never used twice.</summary>
    string DeviceId { get; }

    /// <summary>Its description, for messages.</summary>
    string Description { get; }

    /// <summary>Its separate root port, or null.</summary>
    PortLease? Port { get; }

    HotplugState State { get; set; }

    /// <summary>The latest removal attempt, in progress or ended; null before the first.</summary>
    RemovalAttempt? Removal { get; set; }
}
