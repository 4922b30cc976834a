namespace Vmspawn.Host;

/// <summary>Changes to the environment that every child process gets.</summary>
internal static class ChildEnvironment
{
    /// <summary>What children say is part of our errors, so it must not depend on the user's language; and our service manager is ours alone.</summary>
    public static IReadOnlyDictionary<string, string?> Variables { get; } =
        new Dictionary<string, string?>(ServiceManager.Variables.Select(name => KeyValuePair.Create(name, (string?)null)))
        {
            ["LANG"] = "C.UTF-8",
            ["LC_ALL"] = null,
        };
}
