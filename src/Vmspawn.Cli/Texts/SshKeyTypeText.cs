using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

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
