using System.Runtime.InteropServices;
using Vmspawn.Boot;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>Finds the kernel of a tree, with its initrds and arguments, where boot loaders look for them.</summary>
internal sealed class TreeKernelResolver(VmOptions options, Architecture architecture, string? tmpdir, List<Problem> problems)
{
    /// <summary>What an installed system says of its own root: that one is a disk.</summary>
    private static readonly string[] OfTheDisk = ["root=", "rootfstype=", "rootflags=", "mount.usr=", "mount.usrfstype=", "mount.usrflags="];

    private readonly string _tree = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Directory!));
    private readonly string _subject = options.Directory == MachineImageLookup.CurrentDirectory ? "the current directory" : $"--directory={options.Directory}";

    /// <summary>The kernel; null with the reason among the problems.</summary>
    public KernelSpec? Resolve()
    {
        try
        {
            using var files = TreeFiles.OpenTree(_tree);
            if (TreeKernels.Best(files, architecture) is { } entry)
                return Kernel(files, entry);
            problems.Add(new Problem("no-tree-kernel", _subject,
                $"there is no kernel for {ArchitectureText.Word(architecture)} in {_tree}: no boot entry below /efi and /boot, and none in /boot and /usr/lib/modules{Skipped(files)}",
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
        var kernel = files.Open(entry.Kernel)!;
        var head = new byte[Math.Min(KernelSniff.Window, kernel.Length)];
        var sniff = KernelSniff.Of(head.AsSpan(0, kernel.Read(head, 0)), kernel.Length);
        KernelResolver.CheckFirmware(options.Firmware, Path.Join(_tree, entry.Kernel), sniff.IsPe, sniff.IsUki, problems);
        var initrds = entry.Kind == BootEntryKind.Unified ? [] : entry.Initrds;
        return new KernelSpec(entry.Kernel, default, initrds)
        {
            Tree = _tree,
            InitrdPlace = KernelResolver.NeedsCopy(options, initrds.Count) ? OverlayPlace.Choose(_subject, "the joined initrds", _tree, tmpdir, problems)?.Directory : null,
            // A unified kernel has its own.
            Options = entry.Kind == BootEntryKind.Unified ? "" : string.Join(' ', Words(entry.Options)),
            IsPe = sniff.IsPe,
            IsUki = sniff.IsUki,
        };
    }

    private static IEnumerable<string> Words(string arguments) => arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Where(word => word is not ("ro" or "rw") && !OfTheDisk.Any(prefix => word.StartsWith(prefix, StringComparison.Ordinal)));
}
