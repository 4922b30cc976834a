using Vmspawn.Options;

namespace Vmspawn.Host;

/// <summary>Looks at the host once.</summary>
internal static class HostProbe
{
    /// <summary>Observes the host; null with the reasons in <paramref name="problems"/>.</summary>
    /// <param name="scope">Whose runtime directory is used.</param>
    /// <param name="environment">Reads one environment variable.</param>
    /// <param name="problems">Receives the reasons.</param>
    public static HostFacts? Probe(RuntimeScope scope, Func<string, string?> environment, List<Problem> problems)
    {
        var uid = EffectiveUser;
        if (RuntimeBase.Choose(scope, uid, environment, problems) is not { } runtime)
            return null;
        return new HostFacts(
            uid,
            Environment.ProcessorCount,
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            runtime,
            HasTun: CanOpen("/dev/net/tun"),
            HasVhostVsock: CanOpen("/dev/vhost-vsock"),
            HasVhostNet: CanOpen("/dev/vhost-net"));
    }

    internal static uint EffectiveUser => 0;

    private static bool CanOpen(string device)
    {
        try
        {
            using var handle = File.OpenHandle(device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
