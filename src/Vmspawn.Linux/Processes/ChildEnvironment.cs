using System.Collections;

namespace Vmspawn.Linux;

/// <summary>Our environment with a child's changes applied, as <c>NAME=value</c>.</summary>
internal static class ChildEnvironment
{
    public static List<string> With(IReadOnlyDictionary<string, string?>? changes)
    {
        IDictionary ours = Environment.GetEnvironmentVariables();
        var result = new List<string>(ours.Count + (changes?.Count ?? 0));
        foreach (DictionaryEntry one in ours)
        {
            if (changes?.ContainsKey((string)one.Key) != true)
                result.Add($"{one.Key}={one.Value}");
        }
        foreach ((string name, string? value) in changes ?? new Dictionary<string, string?>())
        {
            if (value is not null)
                result.Add($"{name}={value}");
        }
        return result;
    }
}
