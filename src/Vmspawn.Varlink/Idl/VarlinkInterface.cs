namespace Vmspawn.Varlink;

/// <summary>An interface of a service: its types, methods and errors (varlink.org, Interface Definition).</summary>
public sealed record VarlinkInterface
{
    private readonly Dictionary<string, VarlinkMember> _members = new(StringComparer.Ordinal);

    /// <summary>Describes an interface.</summary>
    /// <param name="name">Reverse-domain name, such as <c>org.example.ftl</c>.</param>
    /// <param name="types">Declared types, or null.</param>
    /// <param name="methods">Methods, or null.</param>
    /// <param name="errors">Errors, or null.</param>
    /// <param name="docs">Comment lines, separated by <c>\n</c>, or empty.</param>
    /// <exception cref="ArgumentException">A part cannot be expressed in Varlink's grammar; the message tells which.</exception>
    public VarlinkInterface(
        string name,
        EquatableList<VarlinkTypeDeclaration>? types = null,
        EquatableList<VarlinkMethod>? methods = null,
        EquatableList<VarlinkError>? errors = null,
        string docs = "")
    {
        Name = name;
        Types = types ?? [];
        Methods = methods ?? [];
        Errors = errors ?? [];
        Docs = docs;
        AddMembers(Types);
        AddMembers(Methods);
        AddMembers(Errors);
        InterfaceRules.Check(this);
    }

    /// <summary>Reverse-domain name.</summary>
    public string Name { get; }

    /// <summary>Declared types.</summary>
    public EquatableList<VarlinkTypeDeclaration> Types { get; }

    /// <summary>Methods.</summary>
    public EquatableList<VarlinkMethod> Methods { get; }

    /// <summary>Errors.</summary>
    public EquatableList<VarlinkError> Errors { get; }

    /// <summary>Comment lines, or empty.</summary>
    public string Docs { get; }

    /// <summary>Reads an interface from its text.</summary>
    /// <exception cref="VarlinkSyntaxException">The text breaks the grammar; the message has the place and what was expected.</exception>
    public static VarlinkInterface Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new IdlParser(text).ParseInterface();
    }

    /// <summary>The interface as text, in the layout that systemd prints. Parsing it gives an equal interface.</summary>
    public override string ToString() => IdlPrinter.Print(this);

    /// <inheritdoc/>
    public bool Equals(VarlinkInterface? other) => other is not null
        && Name == other.Name
        && Docs == other.Docs
        && Types.Equals(other.Types)
        && Methods.Equals(other.Methods)
        && Errors.Equals(other.Errors);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Types, Methods, Errors);

    /// <summary>The member of that name and kind, or null.</summary>
    internal T? Find<T>(string name)
        where T : VarlinkMember => _members.GetValueOrDefault(name) as T;

    private void AddMembers(IReadOnlyList<VarlinkMember> members)
    {
        foreach (var member in members)
        {
            if (!_members.TryAdd(member.Name, member))
                throw new ArgumentException($"Interface {Name} declares {member.Name} twice.");
        }
    }
}
