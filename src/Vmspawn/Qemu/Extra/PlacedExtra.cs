using System.Text.Json;
using Vmspawn.Host;
using Vmspawn.Qemu.Arguments;

namespace Vmspawn.Qemu.Extra;

/// <summary>Writes the planned address into a device of the user that has none.</summary>
internal static class PlacedExtra
{
    public static string Write(string text, bool isJson, IReadOnlyList<KeyValuePair<string, string>> additions) =>
        isJson ? WriteJson(text, additions) : WritePairs(text, additions);

    private static string WritePairs(string text, IReadOnlyList<KeyValuePair<string, string>> additions)
    {
        var added = OptionText.Pairs();
        foreach (var (key, value) in additions)
            added.With(key, value);
        return $"{text},{added}";
    }

    private static string WriteJson(string text, IReadOnlyList<KeyValuePair<string, string>> additions)
    {
        using var document = JsonDocument.Parse(text);
        return JsonText.Of(json =>
        {
            json.WriteStartObject();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (additions.All(addition => addition.Key != member.Name))
                    member.WriteTo(json);
            }

            foreach (var (key, value) in additions)
            {
                if (value is "on")
                    json.WriteBoolean(key, true);
                else
                    json.WriteString(key, value);
            }

            json.WriteEndObject();
        });
    }
}
