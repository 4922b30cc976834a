using System.Runtime.InteropServices;
using Vmspawn.Images;
using Vmspawn.Images.Gpt;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>Determines the root argument of a kernel that is started directly: no boot loader passes it, and without UEFI the guest's systemd does not find the root partition.</summary>
internal static class RootArgumentResolver
{
    private static readonly string[] Prefixes = ["root=", "mount.usr="];

    /// <summary>The argument to add, or null when none is needed or none can be derived.</summary>
    /// <param name="architecture">The guest's architecture, which distinguishes its partitions from those of others.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="words">The arguments that its command line has already.</param>
    /// <param name="root">The root disk, or null when there is none.</param>
    /// <param name="problems">Receives a damaged partition table.</param>
    /// <param name="notices">Receives the reason why none could be derived.</param>
    public static string? Resolve(
        Architecture architecture,
        KernelSpec? kernel,
        IEnumerable<string> words,
        DriveSpec? root,
        List<Problem> problems,
        List<string> notices)
    {
        if (kernel is not { IsUki: false } || (kernel.Path is null && kernel.Entry is null) || root is null || words.Any(IsRoot))
            return null;
        if (root.Format != ImageFormat.Raw)
        {
            notices.Add($"{root.Path} is qcow2, whose partition table is not read: add root=… if the kernel needs it");
            return null;
        }

        try
        {
            using var image = OpenFile.Open(root.Path, writable: false);
            return Find(architecture, root.Path, new FileBytes(image, FileFacts.Of(image).Size), problems, notices);
        }
        catch (IOException error)
        {
            problems.Add(new Problem("partition-table", root.Path, $"its partition table cannot be read: {FailureReason.Of(error)}"));
            return null;
        }
    }

    private static bool IsRoot(string word) => Prefixes.Any(prefix => word.StartsWith(prefix, StringComparison.Ordinal));

    private static string? Find(Architecture architecture, string path, ByteSource disk, List<Problem> problems, List<string> notices)
    {
        if (GptTable.Read(disk, out var error) is not { } table)
        {
            if (error is not null)
            {
                problems.Add(new Problem("partition-table", path, $"its partition table is damaged: {error}",
                    "add root=… to boot from it anyway"));
            }

            return null;
        }

        var argument = RootPartition.KernelArgument(table, architecture);
        if (argument is null)
            notices.Add($"{path} has no partition with a root file system type: add root=… if the kernel needs it");
        return argument;
    }
}
