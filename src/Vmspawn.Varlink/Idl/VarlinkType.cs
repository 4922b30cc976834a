namespace Vmspawn.Varlink;

/// <summary>The type of a field (varlink.org, Interface Definition, "type").</summary>
public abstract record VarlinkType
{
    private protected VarlinkType()
    {
    }

    /// <summary><c>bool</c>.</summary>
    public static VarlinkType Bool { get; } = new PrimitiveType("bool");

    /// <summary><c>int</c>, 64 bits with sign here.</summary>
    public static VarlinkType Int { get; } = new PrimitiveType("int");

    /// <summary><c>float</c>, IEEE 754 binary64 here.</summary>
    public static VarlinkType Float { get; } = new PrimitiveType("float");

    /// <summary><c>string</c>.</summary>
    public static VarlinkType String { get; } = new PrimitiveType("string");

    /// <summary><c>object</c>: a JSON object of any content.</summary>
    public static VarlinkType Object { get; } = new PrimitiveType("object");

    /// <summary><c>any</c>: any JSON value but null. Known to systemd since version 260 and not to older parsers.</summary>
    public static VarlinkType Any { get; } = new PrimitiveType("any");

    /// <summary>A type that the interface declares.</summary>
    public static VarlinkType Named(string name) => new NamedType(name);

    /// <summary><c>(a: …, b: …)</c>.</summary>
    public static VarlinkType Struct(params ReadOnlySpan<VarlinkField> fields) => new StructType([.. fields]);

    /// <summary><c>(one, two)</c>, strings on the wire.</summary>
    public static VarlinkType Enum(params ReadOnlySpan<string> names)
    {
        var values = new VarlinkEnumValue[names.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = new VarlinkEnumValue(names[i]);
        return new EnumType(new EquatableList<VarlinkEnumValue>(values));
    }

    /// <summary><c>?T</c>: the field may be null or missing.</summary>
    public VarlinkType Nullable() => new NullableType(this);

    /// <summary><c>[]T</c>.</summary>
    public VarlinkType Array() => new ArrayType(this);

    /// <summary><c>[string]T</c>: a JSON object of any keys.</summary>
    public VarlinkType Map() => new MapType(this);
}

/// <summary>A type with a keyword of its own.</summary>
/// <param name="Keyword">As in the text, such as <c>int</c>.</param>
public sealed record PrimitiveType(string Keyword) : VarlinkType;

/// <summary>A reference to a type that the interface declares.</summary>
/// <param name="Name">The declared name.</param>
public sealed record NamedType(string Name) : VarlinkType;

/// <summary><c>?T</c>.</summary>
/// <param name="Element">Anything but another nullable type.</param>
public sealed record NullableType(VarlinkType Element) : VarlinkType;

/// <summary><c>[]T</c>.</summary>
/// <param name="Element">The type of each item.</param>
public sealed record ArrayType(VarlinkType Element) : VarlinkType;

/// <summary><c>[string]T</c>.</summary>
/// <param name="Element">The type of each value.</param>
public sealed record MapType(VarlinkType Element) : VarlinkType;

/// <summary>A structure of named fields.</summary>
/// <param name="Fields">In order; names are unique.</param>
public sealed record StructType(EquatableList<VarlinkField> Fields) : VarlinkType;

/// <summary>A choice of names.</summary>
/// <param name="Values">At least one; names are unique.</param>
public sealed record EnumType(EquatableList<VarlinkEnumValue> Values) : VarlinkType;

/// <summary>A field of a structure, or a parameter.</summary>
/// <param name="Name">Letters, digits, and single underscores inside.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Docs">Comment lines, separated by <c>\n</c>, or empty.</param>
public sealed record VarlinkField(string Name, VarlinkType Type, string Docs = "");

/// <summary>One name of a choice.</summary>
/// <param name="Name">Letters, digits, and single underscores inside.</param>
/// <param name="Docs">Comment lines, separated by <c>\n</c>, or empty.</param>
public sealed record VarlinkEnumValue(string Name, string Docs = "");
