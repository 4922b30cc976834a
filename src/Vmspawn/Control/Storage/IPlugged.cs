namespace Vmspawn.Control.Storage;

/// <summary>What a device is doing.</summary>
internal enum PlugState
{
    /// <summary>It is being plugged in.</summary>
    Attaching,

    /// <summary>The guest has it, or may have it when it looks.</summary>
    Attached,

    /// <summary>The guest was asked to let go of it.</summary>
    Detaching,
}

/// <summary>A device that the guest can be asked to let go of.</summary>
internal interface IPlugged
{
    /// <summary>Its id in QEMU.</summary>
    string DeviceId { get; }

    /// <summary>What it is, for messages.</summary>
    string What { get; }

    /// <summary>The root port that it has to itself, or null.</summary>
    string? PortId { get; }

    PlugState State { get; set; }

    /// <summary>The latest wish to have it removed, under way or over; null before the first.</summary>
    RemovalAttempt? Removal { get; set; }
}
