using Vmspawn.Options;

namespace Vmspawn.Host;

/// <summary>Looks at the host once.</summary>
internal static class HostProbe
{
    /// <summary>Observes the host; null with the reasons in <paramref name="problems"/>.</summary>
    public static HostFacts? Probe(RuntimeScope scope, Func<string, string?> environment, List<Problem> problems) => throw new NotImplementedException();
}
