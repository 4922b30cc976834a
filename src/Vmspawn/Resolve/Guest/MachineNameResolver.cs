using Vmspawn.Images;
using Vmspawn.Options;

namespace Vmspawn.Resolve;

/// <summary>The machine's name: the user's, or one derived from the image.</summary>
internal static class MachineNameResolver
{
    public static string? Resolve(VmOptions options, ProcessContext process, List<Problem> problems)
    {
        if (options.Machine is not null)
            return options.Machine;
        if ((VersionPick.Unversioned(options) ?? options.Linux) is not { } source)
            return null;
        source = Path.GetFullPath(source);
        if (source == "/")
            source = Environment.MachineName;
        return MachineName.Derive(source, options.Ephemeral ? process.RandomSuffix() : null, problems);
    }
}
