using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>Reads members of an answer. A missing member or one of another type throws <see cref="FormatException"/>.</summary>
internal static class ReplyFields
{
    public static JsonElement Member(this JsonElement of, string name) =>
        of.MemberOrNull(name) ?? throw new FormatException($"'{name}' is missing");

    public static JsonElement? MemberOrNull(this JsonElement of, string name) =>
        of.ValueKind != JsonValueKind.Object ? throw new FormatException($"an object with '{name}' was expected, not {of.ValueKind}")
        : of.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member
        : null;

    public static string Text(this JsonElement of, string name) => AsText(of.Member(name));

    public static string TextOr(this JsonElement of, string name, string otherwise) => of.TextOrNull(name) ?? otherwise;

    public static string? TextOrNull(this JsonElement of, string name) =>
        of.MemberOrNull(name) is { } member ? AsText(member) : null;

    public static bool Flag(this JsonElement of, string name) => AsFlag(of.Member(name));

    public static bool FlagOr(this JsonElement of, string name, bool otherwise) =>
        of.MemberOrNull(name) is { } member ? AsFlag(member) : otherwise;

    public static long Int64(this JsonElement of, string name) => AsInt64(of.Member(name));

    public static long? Int64OrNull(this JsonElement of, string name) =>
        of.MemberOrNull(name) is { } member ? AsInt64(member) : null;

    public static int Int32(this JsonElement of, string name) =>
        of.Int64(name) is >= int.MinValue and <= int.MaxValue and long number
            ? (int)number
            : throw new FormatException($"'{name}' is out of range");

    public static int? Int32OrNull(this JsonElement of, string name) =>
        of.MemberOrNull(name) is null ? null : of.Int32(name);

    public static T[] ListOrEmpty<T>(this JsonElement of, string name, Func<JsonElement, T> read) =>
        of.MemberOrNull(name) is { } member ? AsList(member, read) : [];

    public static T[] AsList<T>(JsonElement list, Func<JsonElement, T> read)
    {
        if (list.ValueKind != JsonValueKind.Array)
            throw new FormatException($"a list was expected, not {list.ValueKind}");
        var items = new T[list.GetArrayLength()];
        var at = 0;
        foreach (var item in list.EnumerateArray())
            items[at++] = read(item);
        return items;
    }

    public static string AsText(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
            throw new FormatException($"a string was expected, not {value.ValueKind}");
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException cause)
        {
            throw new FormatException("a string has half a surrogate pair", cause);
        }
    }

    private static bool AsFlag(JsonElement value) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw new FormatException($"a truth value was expected, not {value.ValueKind}");

    private static long AsInt64(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            ? number
            : throw new FormatException($"a whole number of 64 bits was expected, not {value.ValueKind}");
}
