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

/// <summary>The value of <c>--ssh-key-type=</c>: ssh-keygen checks whether it knows the type.</summary>
internal static class SshKeyTypeText
{
    /// <summary>Parses a word; an empty value is the default.</summary>
    public static Parsed<string> Parse(string text)
    {
        if (text.Length == 0)
            return SshKeyRequest.DefaultType;
        return text[0] != '-' && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            ? text
            : new Mistake("ssh-key-type", "this is no type of key", "such as ed25519, ecdsa or rsa");
    }
}
