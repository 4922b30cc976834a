using System.Runtime.InteropServices;
using Vmspawn.Options;

namespace Vmspawn.Resolve;

/// <summary>The options once everything is filled in that they leave to the host; nothing changes them afterwards.</summary>
/// <param name="Options">What is booted, with the version that was picked, and with what a confidential guest needs.</param>
/// <param name="Machine">The machine's name.</param>
/// <param name="IsUser">The machine is an ordinary user's.</param>
internal sealed record FinalOptions(VmOptions Options, string Machine, bool IsUser)
{
    /// <summary>Fills them in; null with the reasons in <paramref name="problems"/>: what the machine boots from is then not known.</summary>
    /// <remarks>
    /// The order counts. A confidential guest that the host cannot have makes all else pointless; a template names the image; the
    /// machine is called after what it boots from, whichever version that is.
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
