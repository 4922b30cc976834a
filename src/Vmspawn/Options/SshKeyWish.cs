namespace Vmspawn.Options;

/// <summary><c>--pass-ssh-key=</c> and <c>--ssh-key-type=</c>: a fresh SSH key that logs in to the guest.</summary>
/// <param name="Pass">Whether there is one; null makes one where there is a way into the guest for it.</param>
/// <param name="Type">Its type, as ssh-keygen(1) names it.</param>
public sealed record SshKeyWish(bool? Pass, string Type)
{
    /// <summary>The type unless another is said.</summary>
    public const string DefaultType = "ed25519";

    /// <summary>Nothing is said.</summary>
    public static SshKeyWish Default { get; } = new(null, DefaultType);
}
