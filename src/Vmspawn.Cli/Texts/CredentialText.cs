using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary>The values of <c>--set-credential=</c> and <c>--load-credential=</c>.</summary>
internal static class CredentialText
{
    /// <summary>Linux's NAME_MAX: the guest's systemd makes a file for each credential.</summary>
    public const int MaxIdLength = 255;

    /// <summary>Parses <c>ID:VALUE</c> and resolves the C escapes of the value.</summary>
    public static Parsed<CredentialSource> ParseSet(string text)
    {
        if (SplitId(text, "ID:VALUE", out var id, out var value) is { } mistake)
            return mistake;
        var (bytes, wrongAt) = CEscape.Resolve(value);
        if (bytes is null)
            return new Mistake("credential-escape", $"the backslash at position {id.Length + 2 + wrongAt} begins no escape", "write \\\\ for a backslash");
        return new LiteralCredential(id, bytes);
    }

    /// <summary>Parses <c>ID:PATH</c>.</summary>
    public static Parsed<CredentialSource> ParseLoad(string text)
    {
        if (SplitId(text, "ID:PATH", out var id, out var path) is { } mistake)
            return mistake;
        return path.Length == 0
            ? new Mistake("credential-path", "there is no path", "write ID:PATH")
            : new LoadedCredential(id, path);
    }

    /// <summary>Whether a text is a valid credential name: a file name of printable ASCII without a colon (systemd's credential_name_valid).</summary>
    public static bool IsValidId(string id)
    {
        if (id.Length is 0 or > MaxIdLength || id is "." or "..")
            return false;
        foreach (var c in id)
        {
            if (c is < ' ' or > '~' or '/' or ':')
                return false;
        }

        return true;
    }

    private static Mistake? SplitId(string text, string form, out string id, out string rest)
    {
        var colon = text.IndexOf(':');
        id = colon < 0 ? text : text[..colon];
        rest = colon < 0 ? "" : text[(colon + 1)..];
        if (colon < 0)
            return new Mistake("credential", "there is no colon after the credential's name", $"write {form}");
        return IsValidId(id)
            ? null
            : new Mistake("credential-id", $"\"{id}\" cannot name a credential", $"use a file name of at most {MaxIdLength} printable ASCII characters");
    }
}
