using System.Runtime.InteropServices;
using Vmspawn.Boot;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>Finds the kernel of a tree, with its initrds and arguments, at the places that boot loaders search.</summary>
internal sealed class TreeKernelResolver(VmOptions options, Architecture architecture, string? tmpdir, List<Problem> problems)
{
    /// <summary>The arguments about the root of an installed system, which are for a disk.</summary>
    private static readonly string[] OfTheDisk = ["root=", "rootfstype=", "rootflags=", "mount.usr=", "mount.usrfstype=", "mount.usrflags="];

    private readonly string _tree = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Directory!));
    private readonly string _subject = options.Directory == MachineImageLookup.CurrentDirectory ? "the current directory" : $"--directory={options.Directory}";

    /// <summary>The kernel; null with the reason in the problems.</summary>
    public KernelSpec? Resolve()
    {
        try
        {
            using var files = TreeFiles.OpenTree(_tree);
            if (TreeKernels.Best(files, architecture) is { } entry)
                return Kernel(files, entry);
            problems.Add(new Problem("no-tree-kernel", _subject,
                $"there is no kernel for {OptionWords.Of(architecture)} in {_tree}: no boot entry below /efi and /boot, and none in /boot and /usr/lib/modules{Skipped(files)}",
                "name one with --linux=, or boot a disk with -i"));
        }
        catch (IOException error) when (Directory.Exists(_tree))
        {
            problems.Add(new Problem("directory-unreadable", _subject, $"it cannot be read: {FailureReason.Of(error)}"));
        }
        catch (IOException)
        {
            // The directory does not exist, which the resolver of the share reports.
        }

        return null;
    }

    private string Skipped(TreeFiles files) =>
        TreeKernels.PassedOver(files, architecture) is { Count: > 0 } passedOver ? $" (passed over {string.Join("; ", passedOver)})" : "";

    private KernelSpec? Kernel(TreeFiles files, BootEntry entry)
    {
        var path = Path.Join(_tree, entry.Kernel);
        var kernel = KernelFacts.Of(path, files.Open(entry.Kernel)!);
        if (!KernelResolver.CanStart(kernel, path, architecture, options.Firmware, problems))
            return null;
        var initrds = entry.Kind == BootEntryKind.Unified ? [] : entry.Initrds;
        return new KernelSpec(entry.Kernel, default, [.. initrds.Select(initrd => new BootFile(initrd, files.IdentityOf(initrd)))])
        {
            Identity = files.IdentityOf(entry.Kernel),
            Tree = _tree,
            InitrdPlace = KernelResolver.NeedsCopy(options, initrds.Count) ? OverlayPlace.Choose(_subject, "the joined initrds", _tree, tmpdir, problems)?.Directory : null,
            // A unified kernel image contains its own.
            Options = entry.Kind == BootEntryKind.Unified ? "" : string.Join(' ', Words(entry.Options)),
            IsPe = kernel.IsPe,
            IsUki = kernel.IsUki,
        };
    }

    private static IEnumerable<string> Words(string arguments) => arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Where(word => word is not ("ro" or "rw") && !OfTheDisk.Any(prefix => word.StartsWith(prefix, StringComparison.Ordinal)));
}
