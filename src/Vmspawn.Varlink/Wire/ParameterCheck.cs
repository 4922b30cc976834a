using System.Text.Json;

namespace Vmspawn.Varlink;

/// <summary>Checks parameters against their declaration.</summary>
internal static class ParameterCheck
{
    /// <summary>The name of the first field that is unknown, missing or of another type; null when all are valid.</summary>
    public static string? FindProblem(VarlinkInterface face, EquatableList<VarlinkField> fields, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return "parameters";
        var known = 0;
        foreach (var field in fields)
        {
            var there = value.TryGetProperty(field.Name, out var item);
            if (there ? !Fits(face, field.Type, item) : field.Type is not NullableType)
                return field.Name;
            known += there ? 1 : 0;
        }
        // Names are unique on both sides, so equal counts mean that there is no unknown field.
        return known == value.GetPropertyCount() ? null : FindUnknown(fields, value);
    }

    private static bool Fits(VarlinkInterface face, VarlinkType type, JsonElement value) => type switch
    {
        NullableType nullable => value.ValueKind == JsonValueKind.Null || Fits(face, nullable.Element, value),
        PrimitiveType primitive => FitsPrimitive(primitive.Keyword, value),
        NamedType named => Fits(face, face.Find<VarlinkTypeDeclaration>(named.Name)!.Type, value),
        ArrayType array => FitsAll(face, array, value),
        MapType map => FitsAll(face, map, value),
        StructType structure => FindProblem(face, structure.Fields, value) is null,
        EnumType choice => value.ValueKind == JsonValueKind.String && FitsOne(choice, value),
        _ => false,
    };

    private static bool FitsPrimitive(string keyword, JsonElement value) => keyword switch
    {
        "bool" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "int" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "float" => value.ValueKind == JsonValueKind.Number,
        "string" => value.ValueKind == JsonValueKind.String,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => value.ValueKind != JsonValueKind.Null,
    };

    private static bool FitsAll(VarlinkInterface face, ArrayType array, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
            return false;
        foreach (var item in value.EnumerateArray())
        {
            if (!Fits(face, array.Element, item))
                return false;
        }
        return true;
    }

    private static bool FitsAll(VarlinkInterface face, MapType map, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return false;
        foreach (var item in value.EnumerateObject())
        {
            if (!Fits(face, map.Element, item.Value))
                return false;
        }
        return true;
    }

    private static bool FitsOne(EnumType choice, JsonElement value)
    {
        foreach (var known in choice.Values)
        {
            if (value.ValueEquals(known.Name))
                return true;
        }
        return false;
    }

    private static string? FindUnknown(EquatableList<VarlinkField> fields, JsonElement value)
    {
        foreach (var item in value.EnumerateObject())
        {
            var known = false;
            foreach (var field in fields)
                known |= item.NameEquals(field.Name);
            if (!known)
                return item.Name;
        }
        return null;
    }
}
