using System.Runtime.InteropServices;
using Vmspawn.Options;

namespace Vmspawn.Resolve;

/// <summary>The options with all values that depend on the host; they do not change afterwards.</summary>
/// <param name="Options">The options with the image to boot, the picked version, and the requirements of a confidential guest.</param>
/// <param name="Machine">The machine's name.</param>
/// <param name="IsUser">The machine is an ordinary user's.</param>
internal sealed record FinalOptions(VmOptions Options, string Machine, bool IsUser)
{
    /// <summary>Fills them in; null with the reasons in <paramref name="problems"/>: the image is then unknown.</summary>
    /// <remarks>
    /// The order matters. A confidential guest that the host does not support is refused first; a template determines the image; the
    /// machine's name is derived from the image without its version.
    /// </remarks>
    public static FinalOptions? Of(VmOptions options, HostInventory host, ProcessContext process, List<Problem> problems)
    {
        if (ConfidentialTechnique.Of(options.Confidential) is { } technique)
        {
            if (ConfidentialResolver.WhyNot(technique, host) is { } reason)
            {
                problems.Add(reason);
                return null;
            }

            options = ConfidentialResolver.Apply(options, technique);
        }

        options = ExtraMemory.Apply(options, problems);
        if (!PathRules.Check(options, problems))
            return null;
        var isUser = options.Scope == RuntimeScope.User || (options.Scope == RuntimeScope.Auto && !host.Host.IsRoot);
        options = TemplateChild.Apply(options, isUser, process.Environment, problems);
        options = MachineImageLookup.Apply(options, MachineImageLookup.Directories(isUser, process.Environment), problems);
        var machine = MachineNameResolver.Resolve(options, process, problems);
        options = VersionPick.Apply(options, options.Architecture ?? RuntimeInformation.OSArchitecture, problems);
        return machine is null || problems.Count > 0 ? null : new FinalOptions(options, machine, isUser);
    }
}
