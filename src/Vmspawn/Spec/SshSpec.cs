using Vmspawn.Ssh;

namespace Vmspawn.Spec;

/// <summary>A key that logs in to the guest, and the way for it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Maker">What makes the next one.</param>
/// <param name="HostPort">The port of the host's loopback address that leads in, or null where the vsock does, or nothing.</param>
internal sealed record SshSpec(SshKeyPair Key, SshKeyMaker Maker, int? HostPort);
