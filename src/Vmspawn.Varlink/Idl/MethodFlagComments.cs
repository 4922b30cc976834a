namespace Vmspawn.Varlink;

/// <summary>The flags of a method, which the grammar lacks; systemd writes them as comments with fixed wording.</summary>
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
