using Vmspawn.Options;

namespace Vmspawn.Spec;

/// <summary>How the machine becomes known to the host's systemd, as far as that is there.</summary>
internal sealed record RegistrationSpec
{
    /// <summary>Whether failing to register ends the machine, is passed over, or is not even tried.</summary>
    public required Tristate Register { get; init; }

    /// <summary>The machine stays in the unit we run in.</summary>
    public bool KeepUnit { get; init; }

    /// <summary>Sockets of systemd-machined, the one to try first in front; empty where it does not run.</summary>
    public IReadOnlyList<string> Machined { get; init; } = [];

    /// <summary>Nothing is there, or nothing is wanted.</summary>
    public static RegistrationSpec None { get; } = new() { Register = Tristate.No };
}
