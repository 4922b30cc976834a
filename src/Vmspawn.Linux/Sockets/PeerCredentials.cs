namespace Vmspawn.Linux;

/// <summary>The credentials of a socket's peer at the time of its connect or listen (SO_PEERCRED, unix(7)).</summary>
/// <param name="UserId">Effective user id in this process's user namespace.</param>
/// <param name="GroupId">Effective group id in this process's user namespace.</param>
/// <param name="ProcessId">
/// For messages only: the process may have exited and its id may be reused. 0 when it is outside this process's namespace.
/// </param>
public readonly record struct PeerCredentials(uint UserId, uint GroupId, int ProcessId);
