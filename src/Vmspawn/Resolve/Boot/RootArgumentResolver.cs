using System.Runtime.InteropServices;
using Vmspawn.Images;
using Vmspawn.Images.Gpt;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>Tells a kernel that is started directly what its root is: no boot loader does, and in it nothing finds it.</summary>
internal static class RootArgumentResolver
{
    private static readonly string[] Prefixes = ["root=", "mount.usr="];

    /// <summary>The argument to add, or null where the user, or the disk, has said nothing that needs or allows one.</summary>
    /// <param name="architecture">The guest's, which tells its partitions from those of others.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="words">What is on its command line already.</param>
    /// <param name="root">The root disk, or null when there is none.</param>
    /// <param name="problems">Receives that the disk's partition table cannot be trusted.</param>
    /// <param name="notices">Receives why there is none although there might be.</param>
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
