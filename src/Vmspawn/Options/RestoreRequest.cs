namespace Vmspawn.Options;

/// <summary><c>--restore=</c>: the machine continues where a snapshot was taken, instead of booting.</summary>
/// <param name="Directory">The snapshot: a path, or a name without a slash (<see cref="VmSnapshot.PathOf"/>).</param>
public sealed record RestoreRequest(string Directory)
{
    /// <summary><c>--restore-clock=</c>: the guest's clock is set, through the guest channel.</summary>
    public bool SetClock { get; init; } = true;

    /// <summary>
    /// <c>--restore-identity=new</c>: the guest gets the machine's name as its host name, a new machine id, new SSH host keys, and the addresses of
    /// this machine's network cards, through the guest channel. Otherwise it keeps those of the snapshot.
    /// </summary>
    public bool NewIdentity { get; init; }
}
