using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Qemu;

namespace Vmspawn.Resolve;

/// <summary>What is the same for every VM of this host.</summary>
/// <param name="Host">The host.</param>
/// <param name="Qemu">The QEMU binary.</param>
/// <param name="FindProgram">Finds a program by name, or null.</param>
/// <param name="ProbeKvm">Finds out, by the CPU model that the guest will have, whether guests run on KVM; slow the first time.</param>
internal sealed record World(HostFacts Host, QemuFacts Qemu, Func<string, string?> FindProgram, Func<string, KvmFacts> ProbeKvm)
{
    /// <summary>Looks; null with the reasons in <paramref name="problems"/>.</summary>
    public static World? Look(RuntimeScope scope, Surroundings surroundings, List<Problem> problems)
    {
        var host = HostProbe.Probe(scope, surroundings.Environment, problems);
        if (QemuLocator.Find(surroundings.Environment, problems) is not { } path || host is null)
            return null;
        var cache = QemuFactsCache.DefaultDirectory(host.Uid, surroundings.Environment);
        if (QemuFactsCache.Get(path, cache, problems) is not { } qemu)
            return null;
        return new World(
            host, qemu, name => Executable.Find(name, surroundings.Environment("PATH")), model => KvmProbe.Probe(qemu, model, cache ?? host.Runtime.Path));
    }
}
