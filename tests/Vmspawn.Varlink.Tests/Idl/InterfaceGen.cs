using CsCheck;

namespace Vmspawn.Varlink.Tests;

/// <summary>Generates any interface that the language can say.</summary>
internal static class InterfaceGen
{
    private static readonly Gen<string> FieldName =
        Gen.Select(Gen.Char.AlphaNumeric.Where(char.IsAsciiLetter), Gen.String[Gen.Char["abzAZ09_"], 0, 6])
            .Select((first, rest) => first + rest)
            .Where(name => IdlNames.IsField(name));

    private static readonly Gen<string> Docs = Gen.Frequency(
        (3, Gen.Const("")),
        (2, Gen.String[Gen.Char["ab #()é\t☃\n"], 0, 12]));

    private static readonly Gen<string> MethodDocs = Docs;

    private static readonly Gen<VarlinkType> Primitive = Pick.From(
        VarlinkType.Bool, VarlinkType.Int, VarlinkType.Float, VarlinkType.String, VarlinkType.Object, VarlinkType.Any);

    private static readonly Gen<EnumType> Choice =
        Gen.Select(FieldName, Docs, (name, docs) => new VarlinkEnumValue(name, docs)).Array[1, 4]
            .Select(values => new EnumType([.. values.DistinctBy(value => value.Name)]));

    public static readonly Gen<VarlinkInterface> Any = Gen.Int[0, 3].SelectMany(Interface);

    private static Gen<VarlinkInterface> Interface(int types)
    {
        string[] names = [.. Enumerable.Range(0, types).Select(i => $"Type{i}")];
        var fields = Fields(names, depth: 3);
        var declared = Gen.OneOf(
            fields.Select(list => (VarlinkType)new StructType(list)), Choice.Select(choice => (VarlinkType)choice));
        var flags = Gen.Select(
            Pick.From(VarlinkMethodFlags.None, VarlinkMethodFlags.SupportsMore, VarlinkMethodFlags.RequiresMore),
            Pick.From(VarlinkMethodFlags.None, VarlinkMethodFlags.SupportsUpgrade, VarlinkMethodFlags.RequiresUpgrade),
            (more, upgrade) => more | upgrade);
        return Gen.Select(
            Gen.Select(declared, Docs).Array[types],
            Gen.Select(fields, fields, flags, MethodDocs).Array[0, 3],
            Gen.Select(fields, Docs).Array[0, 3],
            Docs,
            (typeParts, methodParts, errorParts, docs) => new VarlinkInterface(
                "org.example-9.Generated",
                [.. typeParts.Select((part, i) => new VarlinkTypeDeclaration(names[i], part.Item1, part.Item2))],
                [.. methodParts.Select((part, i) =>
                    new VarlinkMethod($"Method{i}", part.Item1, part.Item2, part.Item3, part.Item4))],
                [.. errorParts.Select((part, i) => new VarlinkError($"Error{i}", part.Item1, part.Item2))],
                docs));
    }

    private static Gen<EquatableList<VarlinkField>> Fields(string[] names, int depth) =>
        Gen.Select(FieldName, Type(names, depth), Docs, (name, type, docs) => new VarlinkField(name, type, docs))
            .Array[0, 3]
            .Select(fields => (EquatableList<VarlinkField>)[.. fields.DistinctBy(field => field.Name)]);

    private static Gen<VarlinkType> Type(string[] names, int depth)
    {
        var leaf = names.Length == 0
            ? Primitive
            : Gen.OneOf(Primitive, Pick.From(names).Select(VarlinkType.Named));
        if (depth == 0)
            return leaf;
        var inner = Type(names, depth - 1);
        return Gen.Frequency(
            (4, leaf),
            (1, inner.Select(type => type.Array())),
            (1, inner.Select(type => type.Map())),
            (1, inner.Select(type => type is NullableType ? type : type.Nullable())),
            (1, Choice.Select(choice => (VarlinkType)choice)),
            (1, Fields(names, depth - 1).Select(fields => (VarlinkType)new StructType(fields))));
    }
}

internal static class Pick
{
    public static Gen<T> From<T>(params T[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);
}
