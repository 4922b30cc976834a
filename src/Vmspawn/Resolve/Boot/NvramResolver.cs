using Vmspawn.Firmware;
using Vmspawn.Images;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>Determines the template of the firmware's variables and where they are kept.</summary>
internal sealed class NvramResolver(VmOptions options, Func<FirmwareCatalog> catalog, List<Problem> problems, List<string> notices)
{
    private const string Suffix = ".efinvramstate";

    /// <summary>The variables; null for firmware without persistent variables, and when there is a problem.</summary>
    public async Task<NvramSpec?> ResolveAsync(FirmwareDescriptor firmware, DriveSpec? root, CancellationToken cancel)
    {
        if (firmware.Mapping.Variables is not { } own)
        {
            Refuse(firmware, options.EfiNvramTemplate, "--efi-nvram-template=");
            Refuse(firmware, options.EfiNvramState.Path, "--efi-nvram-state=");
            return null;
        }

        if (firmware.Mapping is CombinedFlash && options.EfiNvramTemplate is { } requested)
        {
            problems.Add(new Problem("nvram-template-combined", $"--efi-nvram-template={requested}",
                $"{own.Path} holds the firmware's code and its variables, which start from nothing else", "choose another firmware with --firmware="));
            return null;
        }

        var subject = options.EfiNvramTemplate is { } path ? $"--efi-nvram-template={path}" : firmware.Origin;
        var template = NvramFacts.Probe(subject, Path.GetFullPath(options.EfiNvramTemplate ?? own.Path), write: false, problems);
        if (template is null || !Fits(template, own))
            return null;
        return new NvramSpec(template.File, StatePath(root) is { } state ? await StateAsync(state, template, cancel).ConfigureAwait(false) : null);
    }

    /// <summary>Whether the user's template has the size of the firmware's variables: firmware treats a store of another size as damaged and clears it.</summary>
    private bool Fits(NvramFacts template, FirmwareFile own)
    {
        if (options.EfiNvramTemplate is not { } given || NvramFacts.Probe(own.Path, Path.GetFullPath(own.Path), write: false, []) is not { } expected || expected.Size == template.Size)
            return true;
        var fitting = catalog().Descriptors.Select(descriptor => descriptor.Mapping.Variables?.Path).OfType<string>().Distinct()
            .Where(path => NvramFacts.Probe(path, path, write: false, [])?.Size == expected.Size).ToList();
        problems.Add(new Problem("nvram-template-size", $"--efi-nvram-template={given}",
            $"it has {template.Size} bytes, and the variables of this firmware have {expected.Size}: they would be lost",
            fitting.Count == 0 ? "leave it out" : $"these fit: {string.Join(", ", fitting)}"));
        return false;
    }

    private void Refuse(FirmwareDescriptor firmware, string? value, string option)
    {
        if (value is not null)
        {
            problems.Add(new Problem("no-efi-variables", option + value,
                $"the firmware of {firmware.Origin} keeps no EFI variables", "choose another with --firmware="));
        }
    }

    /// <summary>The persistent file, or null when they are discarded with the VM.</summary>
    private string? StatePath(DriveSpec? root)
    {
        if (!options.EfiNvramState.IsKept)
            return null;
        if (options.EfiNvramState.Path is { } given)
            return Path.GetFullPath(given);
        var tree = options.Directory is null ? null : Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Directory));
        if (options.Ephemeral || (root?.Path ?? tree) is not { } source)
            return null;
        var path = source + Suffix;
        if (root is { IsBlockDevice: true })
            return Forget($"{source} is a device, which has no place beside it");
        if (source == "/")
            return Forget("nothing is beside the root directory");
        return File.Exists(path) || NvramFacts.WhyNoFileIn(Path.GetDirectoryName(path)!) is not { } reason ? path : Forget(reason);
    }

    private string? Forget(string reason)
    {
        notices.Add($"EFI variables are not kept: {reason}; --efi-nvram-state=PATH keeps them elsewhere");
        return null;
    }

    private async Task<FirmwareFile?> StateAsync(string path, NvramFacts template, CancellationToken cancel)
    {
        var subject = options.EfiNvramState.Path is null ? path : $"--efi-nvram-state={options.EfiNvramState.Path}";
        if (!Path.Exists(path))
        {
            if (NvramFacts.WhyNoFileIn(Path.GetDirectoryName(path)!) is { } reason)
                problems.Add(new Problem("nvram-directory", subject, $"it cannot be made: {reason}"));
            return template.File with { Path = path };
        }

        if (NvramFacts.Probe(subject, path, write: true, problems) is not { } state)
            return null;
        if (await ImageLock.FindHolderAsync(path, write: true, problems, cancel).ConfigureAwait(false) is { } holder)
        {
            problems.Add(new Problem("nvram-in-use", subject,
                $"a running VM keeps its EFI variables there: {holder}",
                "end that one first, or keep them elsewhere with --efi-nvram-state="));
        }

        if (state.Size != template.Size)
        {
            problems.Add(new Problem("nvram-size", subject,
                $"it holds {state.Size} bytes of variables and {template.File.Path} has {template.Size}: it was made for another firmware",
                "name that one with --firmware=, or remove the file to begin anew"));
        }

        return state.File;
    }
}
