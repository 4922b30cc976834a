namespace Vmspawn.Options;

/// <summary><c>--pass-ssh-key=</c> and <c>--ssh-key-type=</c>: a new SSH key that is authorized in the guest.</summary>
/// <param name="Pass">Whether to make one; null makes one when the guest is reachable by SSH.</param>
/// <param name="Type">Its type, as ssh-keygen(1) names it.</param>
public sealed record SshKeyRequest(bool? Pass, string Type)
{
    /// <summary>The default type.</summary>
    public const string DefaultType = "ed25519";

    /// <summary>The default.</summary>
    public static SshKeyRequest Default { get; } = new(null, DefaultType);
}
