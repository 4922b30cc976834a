using Vmspawn.Options;
using Vmspawn.Registration;

namespace Vmspawn.Spec;

/// <summary>How the machine becomes known to the host's systemd, as far as that is there.</summary>
internal sealed record RegistrationSpec
{
    /// <summary>Whether failing to register ends the machine, is passed over, or is not even tried.</summary>
    public required Tristate Register { get; init; }

    /// <summary>Sockets of systemd-machined, the one to try first in front; empty where it does not run.</summary>
    public IReadOnlyList<string> Machined { get; init; } = [];

    /// <summary>The manager and the bus are the user's rather than the system's.</summary>
    public bool IsUser { get; init; }

    /// <summary>There is a bus with systemd on it.</summary>
    public bool HasBus { get; init; }

    /// <summary>The machine stays in the unit we run in.</summary>
    public bool KeepUnit { get; init; }

    /// <summary>Whether the machine gets a scope unit of its own.</summary>
    public ScopeWish Scope { get; init; }

    /// <summary>The scope's slice, or null for the usual one.</summary>
    public string? Slice { get; init; }

    /// <summary>What the scope is started with.</summary>
    public IReadOnlyList<TypedProperty> StartedWith { get; init; } = [];

    /// <summary>What is set once it runs, before QEMU is started.</summary>
    public IReadOnlyList<UnitProperty> SetLater { get; init; } = [];

    /// <summary>The program that sets it; null when there is nothing to set.</summary>
    public string? Systemctl { get; init; }

    /// <summary>Nothing is there, or nothing is wanted.</summary>
    public static RegistrationSpec None { get; } = new() { Register = Tristate.No };
}

/// <summary>Whether a machine gets a scope unit of its own.</summary>
internal enum ScopeWish
{
    /// <summary>It stays where we are.</summary>
    None,

    /// <summary>It gets one while QEMU starts, where that can be had.</summary>
    IfPossible,

    /// <summary>It gets one before QEMU is started, or does not start.</summary>
    Needed,
}
