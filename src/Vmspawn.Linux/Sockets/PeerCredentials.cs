namespace Vmspawn.Linux;

/// <summary>Who is at the other end of a socket, as of its connect or listen (SO_PEERCRED, unix(7)).</summary>
/// <param name="UserId">Effective user id in our user namespace.</param>
/// <param name="GroupId">Effective group id in our user namespace.</param>
/// <param name="ProcessId">
/// For messages only: the process may be gone and its number taken by another. 0 when it is outside our namespace.
/// </param>
public readonly record struct PeerCredentials(uint UserId, uint GroupId, int ProcessId);
