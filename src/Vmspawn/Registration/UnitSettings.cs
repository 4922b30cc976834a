using Vmspawn.Host;
using Vmspawn.Options;

namespace Vmspawn.Registration;

/// <summary>Settings of a unit that runs, made by <c>systemctl set-property</c>.</summary>
internal static class UnitSettings
{
    /// <summary>Makes them, until the unit ends.</summary>
    /// <param name="systemctl">Path of the program.</param>
    /// <param name="isUser">Whether the unit is the user manager's.</param>
    /// <param name="unit">Its name.</param>
    /// <param name="properties">What to set.</param>
    /// <returns>Null, or what the program said against it.</returns>
    public static async Task<string?> SetAsync(string systemctl, bool isUser, string unit, IEnumerable<UnitProperty> properties)
    {
        string[] arguments =
        [
            isUser ? "--user" : "--system", "set-property", "--runtime", "--no-ask-password", "--", unit,
            .. properties.Select(property => $"{property.Name}={property.Value}"),
        ];
        var run = await ChildRun.Run(systemctl, arguments, HostBus.Bound);
        if (run.ExitCode == 0)
            return null;
        var said = run.Error.Trim().ReplaceLineEndings("; ");
        return said.Length > 0 ? said : $"{systemctl} ended with status {run.ExitCode}";
    }
}
