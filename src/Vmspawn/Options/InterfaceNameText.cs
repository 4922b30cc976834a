namespace Vmspawn.Options;

/// <summary>The name of a network interface of the host.</summary>
internal static class InterfaceNameText
{
    /// <summary>IFNAMSIZ without its NUL (linux/if.h).</summary>
    public const int Longest = 15;

    /// <summary>Reads a name as the kernel would take it (dev_valid_name, net/core/dev.c).</summary>
    public static Parsed<string> Parse(string text) =>
        text.Length is 0 or > Longest || text is "." or ".." || text.Any(c => c is '/' or ':' or <= ' ' or > '~')
            ? new Mistake("interface-name", "this is not the name of a network interface", $"1 to {Longest} ASCII characters without blank, \"/\" and \":\"")
            : text;
}
