namespace Vmspawn.Varlink;

/// <summary>The grammar has no words for what flags a method takes; systemd puts them in comments of a fixed wording.</summary>
internal static class MethodFlagComments
{
    public static readonly (VarlinkMethodFlags Flag, string Comment)[] All =
    [
        (VarlinkMethodFlags.RequiresMore, "[Requires 'more' flag]"),
        (VarlinkMethodFlags.SupportsMore, "[Supports 'more' flag]"),
        (VarlinkMethodFlags.RequiresUpgrade, "[Requires 'upgrade' flag]"),
        (VarlinkMethodFlags.SupportsUpgrade, "[Supports 'upgrade' flag]"),
    ];

    public static VarlinkMethodFlags Find(ReadOnlySpan<char> line)
    {
        foreach ((var flag, var comment) in All)
        {
            if (line.SequenceEqual(comment))
                return flag;
        }
        return VarlinkMethodFlags.None;
    }
}
