namespace Vmspawn.Options;

/// <summary>The value of <c>--ssh-key-type=</c>: which types there are is ssh-keygen's to say.</summary>
internal static class SshKeyTypeText
{
    /// <summary>Reads a word; nothing at all is the default.</summary>
    public static Parsed<string> Parse(string text)
    {
        if (text.Length == 0)
            return SshKeyWish.DefaultType;
        return text[0] != '-' && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            ? text
            : new Mistake("ssh-key-type", "this is no type of key", "such as ed25519, ecdsa or rsa");
    }
}
