namespace Vmspawn.Varlink;

/// <summary>The grammar's three kinds of names. Hyphens and capitals in interface names are as lenient as systemd.</summary>
internal static class IdlNames
{
    public static bool IsInterface(ReadOnlySpan<char> name)
    {
        var labels = 0;
        while (true)
        {
            var dot = name.IndexOf('.');
            var label = dot < 0 ? name : name[..dot];
            if (label.IsEmpty || label[0] == '-' || label[^1] == '-' || !AllOf(label, alsoAllowed: '-'))
                return false;
            if (labels++ == 0 && !char.IsAsciiLetter(label[0]))
                return false;
            if (dot < 0)
                return labels > 1;
            name = name[(dot + 1)..];
        }
    }

    public static bool IsMember(ReadOnlySpan<char> name) =>
        !name.IsEmpty && char.IsAsciiLetterUpper(name[0]) && AllOf(name, alsoAllowed: 'A');

    public static bool IsField(ReadOnlySpan<char> name) =>
        !name.IsEmpty
        && char.IsAsciiLetter(name[0])
        && name[^1] != '_'
        && name.IndexOf("__", StringComparison.Ordinal) < 0
        && AllOf(name, alsoAllowed: '_');

    public static bool IsPrimitive(ReadOnlySpan<char> name) =>
        name is "bool" or "int" or "float" or "string" or "object" or "any";

    private static bool AllOf(ReadOnlySpan<char> name, char alsoAllowed)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != alsoAllowed)
                return false;
        }
        return true;
    }
}
