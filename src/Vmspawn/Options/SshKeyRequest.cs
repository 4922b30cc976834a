namespace Vmspawn.Options;

/// <summary><c>--pass-ssh-key=</c> and <c>--ssh-key-type=</c>: a fresh SSH key that logs in to the guest.</summary>
/// <param name="Pass">Whether there is one; null makes one where there is a way into the guest for it.</param>
/// <param name="Type">Its type, as ssh-keygen(1) names it.</param>
public sealed record SshKeyRequest(bool? Pass, string Type)
{
    /// <summary>The type unless another is said.</summary>
    public const string DefaultType = "ed25519";

    /// <summary>Nothing is said.</summary>
    public static SshKeyRequest Default { get; } = new(null, DefaultType);
}

/// <summary>The value of <c>--ssh-key-type=</c>: which types there are is ssh-keygen's to say.</summary>
internal static class SshKeyTypeText
{
    /// <summary>Reads a word; nothing at all is the default.</summary>
    public static Parsed<string> Parse(string text)
    {
        if (text.Length == 0)
            return SshKeyRequest.DefaultType;
        return text[0] != '-' && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            ? text
            : new Mistake("ssh-key-type", "this is no type of key", "such as ed25519, ecdsa or rsa");
    }
}
