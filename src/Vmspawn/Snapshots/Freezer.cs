namespace Vmspawn.Snapshots;

/// <summary>Freezes the machine into a directory; it stays stopped afterwards unless it is kept.</summary>
/// <param name="directory">The directory to make.</param>
/// <param name="options">How.</param>
/// <param name="cancel">Cancels it: the machine goes on.</param>
/// <exception cref="VmSnapshotException">It cannot be frozen; it goes on.</exception>
internal delegate Task<SnapshotFiles> Freezer(string directory, VmFreezeOptions options, CancellationToken cancel);
