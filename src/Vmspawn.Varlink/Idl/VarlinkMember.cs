namespace Vmspawn.Varlink;

/// <summary>The call flags of a method. The text has them as comments, in systemd's wording.</summary>
[Flags]
public enum VarlinkMethodFlags
{
    /// <summary>One call, one reply.</summary>
    None = 0,

    /// <summary>With <c>more</c> it may reply several times.</summary>
    SupportsMore = 1,

    /// <summary>It cannot be called without <c>more</c>.</summary>
    RequiresMore = 2,

    /// <summary>With <c>upgrade</c> it switches the connection to another protocol.</summary>
    SupportsUpgrade = 4,

    /// <summary>It cannot be called without <c>upgrade</c>.</summary>
    RequiresUpgrade = 8,
}

/// <summary>Something that an interface declares.</summary>
/// <param name="Name">Begins with a capital, then letters and digits; unique within the interface.</param>
/// <param name="Docs">Comment lines, separated by <c>\n</c>, or empty.</param>
public abstract record VarlinkMember(string Name, string Docs);

/// <summary><c>type Name (…)</c>.</summary>
/// <param name="Name">The type's name.</param>
/// <param name="Type">A structure or a choice.</param>
/// <param name="Docs">Comment lines.</param>
public sealed record VarlinkTypeDeclaration(string Name, VarlinkType Type, string Docs = "") : VarlinkMember(Name, Docs);

/// <summary><c>method Name(…) -> (…)</c>.</summary>
/// <param name="Name">The method's name.</param>
/// <param name="Input">Parameters of a call.</param>
/// <param name="Output">Parameters of a reply.</param>
/// <param name="Flags">Which call flags it understands.</param>
/// <param name="Docs">Comment lines.</param>
public sealed record VarlinkMethod(
    string Name,
    EquatableList<VarlinkField> Input,
    EquatableList<VarlinkField> Output,
    VarlinkMethodFlags Flags = VarlinkMethodFlags.None,
    string Docs = "") : VarlinkMember(Name, Docs)
{
    internal bool TakesUpgrade => (Flags & (VarlinkMethodFlags.SupportsUpgrade | VarlinkMethodFlags.RequiresUpgrade)) != 0;
}

/// <summary><c>error Name (…)</c>.</summary>
/// <param name="Name">The error's name.</param>
/// <param name="Fields">Its parameters.</param>
/// <param name="Docs">Comment lines.</param>
public sealed record VarlinkError(string Name, EquatableList<VarlinkField> Fields, string Docs = "") : VarlinkMember(Name, Docs);
