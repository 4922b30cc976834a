using System.Buffers;

namespace Vmspawn.Varlink;

/// <summary>Checks that a model can be printed: valid names, resolved references, only forms that the grammar has.</summary>
internal static class InterfaceRules
{
    public static readonly SearchValues<char> LineEnds = SearchValues.Create("\r\u0085\u2028\u2029\v\f\0");

    public static void Check(VarlinkInterface face)
    {
        if (!IdlNames.IsInterface(face.Name))
            throw Broken($"'{face.Name}' is no interface name (such as org.example.thing)");
        CheckDocs(face.Name, face.Docs);
        foreach (var type in face.Types)
        {
            CheckMember(face, type);
            if (type.Type is not (StructType or EnumType))
                throw Broken($"type {type.Name} is neither a structure nor a choice");
            CheckType(face, type.Name, type.Type);
        }
        foreach (var method in face.Methods)
        {
            CheckMember(face, method);
            CheckFlags(method);
            CheckFields(face, method.Name, method.Input);
            CheckFields(face, method.Name, method.Output);
        }
        foreach (var error in face.Errors)
        {
            CheckMember(face, error);
            CheckFields(face, error.Name, error.Fields);
        }
    }

    private static void CheckMember(VarlinkInterface face, VarlinkMember member)
    {
        if (!IdlNames.IsMember(member.Name))
            throw Broken($"'{member.Name}' in {face.Name} is no name of a type, method or error");
        CheckDocs(member.Name, member.Docs);
    }

    private static void CheckFields(VarlinkInterface face, string owner, EquatableList<VarlinkField> fields)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in fields)
        {
            CheckFieldName(owner, field.Name, field.Docs, seen);
            CheckType(face, $"{owner}.{field.Name}", field.Type);
        }
    }

    private static void CheckType(VarlinkInterface face, string owner, VarlinkType type)
    {
        switch (type)
        {
            case PrimitiveType primitive when !IdlNames.IsPrimitive(primitive.Keyword):
                throw Broken($"{owner} has the unknown type '{primitive.Keyword}'");
            case NamedType named when face.Find<VarlinkTypeDeclaration>(named.Name) is null:
                throw Broken($"{owner} refers to the type '{named.Name}', which {face.Name} does not declare");
            case NullableType { Element: NullableType }:
                throw Broken($"{owner} is nullable twice");
            case NullableType nullable:
                CheckType(face, owner, nullable.Element);
                break;
            case ArrayType array:
                CheckType(face, owner, array.Element);
                break;
            case MapType map:
                CheckType(face, owner, map.Element);
                break;
            case StructType structure:
                CheckFields(face, owner, structure.Fields);
                break;
            case EnumType choice:
                CheckValues(owner, choice.Values);
                break;
        }
    }

    private static void CheckValues(string owner, EquatableList<VarlinkEnumValue> values)
    {
        if (values.Count == 0)
            throw Broken($"{owner} is a choice of nothing");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in values)
            CheckFieldName(owner, value.Name, value.Docs, seen);
    }

    private static void CheckFieldName(string owner, string name, string docs, HashSet<string> seen)
    {
        if (!IdlNames.IsField(name))
            throw Broken($"'{name}' in {owner} is no field name");
        if (!seen.Add(name))
            throw Broken($"{owner} has the field '{name}' twice");
        CheckDocs($"{owner}.{name}", docs);
    }

    private static void CheckFlags(VarlinkMethod method)
    {
        const VarlinkMethodFlags BothMore = VarlinkMethodFlags.SupportsMore | VarlinkMethodFlags.RequiresMore;
        const VarlinkMethodFlags BothUpgrade = VarlinkMethodFlags.SupportsUpgrade | VarlinkMethodFlags.RequiresUpgrade;
        if ((method.Flags & BothMore) == BothMore || (method.Flags & BothUpgrade) == BothUpgrade)
            throw Broken($"method {method.Name} both supports and requires a flag");
        foreach (var line in method.Docs.AsSpan().EnumerateLines())
        {
            if (MethodFlagComments.Find(line) != VarlinkMethodFlags.None)
                throw Broken($"the comment of {method.Name} states a flag, which only Flags may set");
        }
    }

    private static void CheckDocs(string owner, string docs)
    {
        if (docs.AsSpan().ContainsAny(LineEnds))
            throw Broken($"the comment of {owner} has a control character that ends a line");
    }

    private static ArgumentException Broken(string what) => new($"Not a valid interface: {what}.");
}
