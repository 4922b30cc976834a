using System.Runtime.InteropServices;
using Vmspawn.Images;

namespace Vmspawn.Boot;

/// <summary>Finds a kernel to boot in the tree of an operating system.</summary>
internal static class TreeKernels
{
    private const string Modules = "/usr/lib/modules";

    private static readonly string[] BootPlaces = ["/efi", "/boot", "/boot/efi"];
    private static readonly string[] KernelPrefixes = ["vmlinuz-", "vmlinux-"];

    /// <summary>
    /// The best entry of the Boot Loader Specification below <c>/efi</c> and <c>/boot</c>, else the newest kernel at distributions' usual
    /// paths with its initrd; null when there is none.
    /// </summary>
    /// <param name="tree">The files of the tree.</param>
    /// <param name="architecture">The guest's architecture.</param>
    /// <returns>An entry whose paths start at the root of the tree.</returns>
    /// <exception cref="IOException">The tree cannot be read.</exception>
    public static BootEntry? Best(IBootFiles tree, Architecture architecture)
    {
        var entries = BootPlaces.SelectMany(place => Below(tree, place, architecture)).ToList();
        if (entries.Count == 0)
            entries.AddRange(InBoot(tree).Concat(InModules(tree)));
        return entries.Order(BootEntryOrder.Best).FirstOrDefault();
    }

    private static IEnumerable<BootEntry> Below(IBootFiles tree, string place, Architecture architecture) =>
        BootEntries.Find(new SubdirectoryFiles(tree, place), architecture).Entries.Select(entry => entry with
        {
            Kernel = SubdirectoryFiles.Join(place, entry.Kernel),
            Initrds = [.. entry.Initrds.Select(initrd => SubdirectoryFiles.Join(place, initrd))],
        });

    /// <summary>The entries that cannot be booted, to report when there is no other.</summary>
    /// <inheritdoc cref="Best"/>
    public static IReadOnlyList<PassedOverEntry> PassedOver(IBootFiles tree, Architecture architecture) =>
        [.. BootPlaces.SelectMany(place => BootEntries.Find(new SubdirectoryFiles(tree, place), architecture).PassedOver)];

    private static IEnumerable<BootEntry> InBoot(IBootFiles tree)
    {
        var names = tree.Names("/boot");
        foreach (var name in names)
        {
            if (KernelPrefixes.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is not { } prefix
                || tree.Open($"/boot/{name}") is null)
            {
                continue;
            }

            var version = name[prefix.Length..];
            string[] initrds = [$"initrd.img-{version}", $"initramfs-{version}.img", $"initrd-{version}"];
            yield return Plain($"/boot/{name}", version, initrds.Where(names.Contains).Take(1).Select(initrd => $"/boot/{initrd}"));
        }
    }

    private static IEnumerable<BootEntry> InModules(IBootFiles tree)
    {
        foreach (var version in tree.Names(Modules))
        {
            if (tree.Open($"{Modules}/{version}/vmlinuz") is not null)
                yield return Plain($"{Modules}/{version}/vmlinuz", version, []);
        }
    }

    private static BootEntry Plain(string kernel, string version, IEnumerable<string> initrds) => new()
    {
        Kind = BootEntryKind.Plain,
        Id = version,
        Kernel = kernel,
        Initrds = [.. initrds],
        Version = version,
    };
}
