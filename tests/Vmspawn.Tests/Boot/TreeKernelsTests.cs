using System.Runtime.InteropServices;
using CsCheck;
using Vmspawn.Boot;
using Vmspawn.Images;
using Vmspawn.Versions;

namespace Vmspawn.Tests.Boot;

public sealed class TreeKernelsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task A_unified_kernel_image_goes_before_text_entries()
    {
        Write("boot/loader/entries/debian.conf", "linux /k\nsort-key debian\nversion 99");
        Write("boot/k");
        Directory.CreateDirectory(Path.GetDirectoryName(At("efi/EFI/Linux/x"))!);
        await SomeUki.Make(_directory, At("efi/EFI/Linux/debian-13+2-1.efi"), "ID=debian\nVERSION_ID=\"13\"\nPRETTY_NAME='Debian 13'\n", "root=LABEL=r quiet\n");
        var best = Best()!;
        Assert.Equal(
            (BootEntryKind.Unified, "debian-13.efi", "/efi/EFI/Linux/debian-13+2-1.efi", "root=LABEL=r quiet"),
            (best.Kind, best.Id, best.Kernel, best.Options));
        Assert.Equal(("Debian 13", "debian", "13", "x64"), (best.Title, best.SortKey, best.Version, best.Machine));
        Assert.Equal(new BootCounter(2, 1), best.Counter);
        Assert.Null(TreeKernels.Best(Tree(), Architecture.Arm64)?.Title);
    }

    [Fact]
    public void An_entry_for_another_processor_or_without_its_files_is_skipped()
    {
        Write("boot/k");
        Write("boot/loader/entries/9.conf", "linux /k\narchitecture AA64");
        Write("boot/loader/entries/8.conf", "linux /k\ninitrd /missing");
        Write("boot/loader/entries/7.conf", "linux /missing");
        Write("boot/loader/entries/6.conf", "linux /k\ninitrd k\narchitecture x64");
        var best = Best()!;
        Assert.Equal(("6.conf", "/boot/k"), (best.Id, best.Kernel));
        Assert.Equal(["/boot/k"], best.Initrds);
        Assert.Equal("9.conf", TreeKernels.Best(Tree(), Architecture.Arm64)!.Id);
    }

    [Fact]
    public void Without_entries_the_newest_kernel_in_boot_is_taken_with_its_initrd()
    {
        foreach (var version in (string[])["6.1.0-9-amd64", "6.1.0-40-amd64"])
        {
            Write($"boot/vmlinuz-{version}");
            Write($"boot/initrd.img-{version}");
        }

        var best = Best()!;
        Assert.Equal((BootEntryKind.Plain, "/boot/vmlinuz-6.1.0-40-amd64"), (best.Kind, best.Kernel));
        Assert.Equal(["/boot/initrd.img-6.1.0-40-amd64"], best.Initrds);
    }

    [Fact]
    public void A_kernel_among_its_modules_is_found()
    {
        Write("usr/lib/modules/6.16.1/vmlinuz");
        Write("usr/lib/modules/6.9.1/vmlinuz");
        Assert.Equal("/usr/lib/modules/6.16.1/vmlinuz", Best()!.Kernel);
    }

    [Fact]
    public void A_tree_without_a_kernel_has_none()
    {
        Directory.CreateDirectory(At(""));
        Assert.Null(Best());
    }

    [Fact]
    public void No_link_leads_out_of_the_tree()
    {
        File.WriteAllText(_directory["secret"], "outside");
        Write("boot/inside", "inside");
        File.CreateSymbolicLink(At("boot/up"), "../../secret");
        File.CreateSymbolicLink(At("boot/absolute"), _directory["secret"]);
        File.CreateSymbolicLink(At("boot/good"), "/boot/inside");
        File.CreateSymbolicLink(At("boot/proc"), "/proc/self/exe");
        Directory.CreateSymbolicLink(At("loader"), _directory.Path);
        using var tree = Tree();
        Assert.Null(tree.Open("/boot/up"));
        Assert.Null(tree.Open("/boot/absolute"));
        Assert.Null(tree.Open("/boot/proc"));
        Assert.Null(tree.Open("/boot/../../secret"));
        Assert.Null(tree.Open("/boot"));
        Assert.Empty(tree.Names("/loader"));
        Assert.Equal("inside"u8.ToArray(), tree.Open("/boot/good")!.ReadAll(10));
    }

    [Fact]
    public async Task A_damaged_unified_kernel_image_is_an_entry_or_none()
    {
        await SomeUki.Make(_directory, _directory["uki"], "ID=debian\n", "quiet");
        var good = await File.ReadAllBytesAsync(_directory["uki"]);
        Assert.NotNull(UnifiedEntry.Read("/a.efi", new ArrayBytes(good)));
        Gen.Select(Gen.Select(Gen.Int[0, 1024], Gen.Byte).Array[0, 8], Gen.Int[0, good.Length], Gen.Bool).Sample((changes, length, cut) =>
        {
            var bytes = good.ToArray();
            foreach (var (at, value) in changes)
                bytes[at] = value;
            if (cut)
                bytes = bytes[..length];
            _ = UnifiedEntry.Read("/a.efi", new ArrayBytes(bytes));
            return PeHeader.Parse(bytes, bytes.Length)?.Sections.All(section =>
                section.Place.Offset + section.Place.Length <= bytes.Length) is null or true;
        }, iter: 1000);
    }

    public void Dispose() => _directory.Dispose();

    private BootEntry? Best()
    {
        using var tree = Tree();
        return TreeKernels.Best(tree, Architecture.X64);
    }

    private TreeFiles Tree() => TreeFiles.OpenTree(At(""));

    private string At(string path) => Path.Combine(_directory["tree"], path);

    private void Write(string path, string content = "x")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), content);
    }
}
