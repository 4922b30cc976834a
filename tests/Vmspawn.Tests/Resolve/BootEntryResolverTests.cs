using System.Runtime.InteropServices;
using Vmspawn.Images;
using Vmspawn.Launch;
using Vmspawn.Options;
using Vmspawn.Plan;
using Vmspawn.Resolve;
using Vmspawn.Spec;
using Vmspawn.Tests.Boot;

namespace Vmspawn.Tests.Resolve;

public sealed class BootEntryResolverTests : IDisposable
{
    private const string PlainKernel = "\u007fELF plain kernel";
    private const int PartitionAt = 1 << 20;
    private readonly TemporaryDirectory _directory = new();
    private readonly List<Problem> _problems = [];
    private readonly List<string> _details = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_best_entry_is_the_unified_image_and_without_uefi_it_is_taken_apart()
    {
        var image = await Disk();
        var kernel = Resolve(image, "auto", FirmwareKind.None)!;
        Assert.Equal((SomeUki.Kernel, "the initrd"), (Copy(kernel, [kernel.Entry!.Kernel]), Copy(kernel, kernel.Entry.Initrds)));
        Assert.Equal(("console=ttyS0 quiet", false), (kernel.Options, kernel.IsUki));
    }

    [Fact]
    public async Task By_uefi_the_unified_image_is_started_whole_with_the_arguments_that_it_brings()
    {
        var kernel = Resolve(await Disk(), "auto", FirmwareKind.Auto)!;
        Assert.True(kernel is { IsPe: true, IsUki: true, Options: "", Entry.Initrds.Count: 0 });
        using var copy = ImageFiles.Copy(new FilesInImage(_directory.Path, kernel.Entry!.Image, kernel.Entry.Identity, [kernel.Entry.Kernel]), TestContext.Current.CancellationToken);
        Assert.Equal(new FileInfo(_directory["some.efi"]).Length, RandomAccess.GetLength(copy));
    }

    [Theory]
    [InlineData("other-1")]
    [InlineData("other-1.conf")]
    public async Task An_entry_is_found_by_its_id_and_its_initrds_are_joined_at_multiples_of_four(string id)
    {
        var kernel = Resolve(await Disk(), id, FirmwareKind.None)!;
        Assert.Equal((PlainKernel, "root=/dev/vda2 ro"), (Copy(kernel, [kernel.Entry!.Kernel]), kernel.Options));
        Assert.Equal("first\0\0\0second", Copy(kernel, kernel.Entry.Initrds));
    }

    [Theory]
    [InlineData("C=y\n", "it is a text file, not a kernel")]
    [InlineData("\u0001\u0002\u0003\u0004", "it is not a kernel for x86_64")]
    public async Task A_kernel_of_an_entry_is_checked_as_one_of_an_option_is(string content, string words)
    {
        var image = await Disk();
        var partition = $"{image}@@{PartitionAt}";
        await Tool.Run("mdel", "-i", partition, "::kernel");
        await Put(partition, "kernel", content);
        Assert.Null(Resolve(image, "other-1", FirmwareKind.None));
        var problem = Assert.Single(_problems);
        Assert.Equal(("kernel-kind", $"--boot-entry=other-1: /kernel in {image}"), (problem.Code, problem.Subject));
        Assert.StartsWith(words, problem.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kernel_is_not_copied_from_an_image_that_has_taken_the_place_of_the_one_it_was_found_in()
    {
        var image = await Disk();
        var kernel = Resolve(image, "other-1", FirmwareKind.None)!;
        File.Copy(image, _directory["new"]);
        File.Move(_directory["new"], image, overwrite: true);
        Assert.Contains($"{image} was replaced", Assert.Throws<IOException>(() => Copy(kernel, [kernel.Entry!.Kernel])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_id_that_is_not_there_is_refused_with_those_that_are()
    {
        Assert.Null(Resolve(await Disk(), "nonsense", FirmwareKind.None));
        var problem = Assert.Single(_problems);
        Assert.Equal(("no-boot-entry", "--boot-entry=nonsense", "there are some.efi, other-1.conf"), (problem.Code, problem.Subject, problem.Hint));
    }

    [Fact]
    public async Task An_entry_that_is_skipped_is_reported_with_its_reason()
    {
        var image = await Disk();
        var partition = $"{image}@@{PartitionAt}";
        await Put(partition, "loader/entries/fedora.conf", "linux /kernel\ninitrd /one $tuned_initrd\n");
        await Put(partition, "loader/entries/foreign.conf", "linux /kernel\narchitecture aa64\n");
        Assert.NotNull(Resolve(image, "auto", FirmwareKind.None));
        Assert.Contains(_details, detail => detail.Contains("fedora.conf: there is no /one $tuned_initrd: a variable", StringComparison.Ordinal));
        Assert.Contains(_details, detail => detail.Contains("foreign.conf: it is for aa64", StringComparison.Ordinal));
        Assert.Null(Resolve(image, "fedora", FirmwareKind.None));
        Assert.Contains("$tuned_initrd", Assert.Single(_problems).Text);
    }

    [Fact]
    public async Task When_no_entry_is_left_the_problem_names_those_that_were_skipped()
    {
        var image = await Disk();
        var partition = $"{image}@@{PartitionAt}";
        await Tool.Run("mdel", "-i", partition, "::EFI/Linux/some.efi", "::kernel");
        Assert.Null(Resolve(image, "auto", FirmwareKind.None));
        Assert.Contains("(passed over other-1.conf: there is no /kernel)", Assert.Single(_problems).Text);
    }

    [Fact]
    public async Task A_disk_without_a_boot_partition_and_no_disk_at_all_are_refused()
    {
        await File.WriteAllBytesAsync(_directory["empty.raw"], new byte[1 << 20]);
        Assert.Null(Resolve(_directory["empty.raw"], "auto", FirmwareKind.None));
        Assert.Null(Resolve(_directory["missing.raw"], "auto", FirmwareKind.None));
        Assert.Null(Resolve(null, "auto", FirmwareKind.None));
        Assert.Equal(["no-boot-partition", "boot-partition", "boot-entry-without-image"], _problems.Select(problem => problem.Code));
    }

    private KernelSpec? Resolve(string? image, string id, FirmwareKind firmware) =>
        new BootEntryResolver(new VmOptions { Image = image, BootEntry = id, Firmware = firmware }, Architecture.X64, tmpdir: null, _problems, _details).Resolve();

    private string Copy(KernelSpec kernel, IReadOnlyList<IReadOnlyList<Extent>> files)
    {
        using var copy = ImageFiles.Copy(new FilesInImage(_directory.Path, kernel.Entry!.Image, kernel.Entry.Identity, files), TestContext.Current.CancellationToken);
        var bytes = new byte[RandomAccess.GetLength(copy)];
        RandomAccess.Read(copy, bytes, 0);
        return System.Text.Encoding.UTF8.GetString(bytes).TrimEnd('\0');
    }

    private async Task<string> Disk()
    {
        var image = _directory["disk.raw"];
        await using (var file = File.Create(image))
            file.SetLength(40 << 20);
        await File.WriteAllTextAsync(_directory["table"], $"label: gpt\nstart={PartitionAt / 512}, size={(36 << 20) / 512}, type=U\n");
        await Tool.Run("sh", "-c", $"/usr/sbin/sfdisk --quiet {image} <{_directory["table"]}");
        var partition = $"{image}@@{PartitionAt}";
        await Tool.Run("mformat", "-i", partition, "-T", $"{(36 << 20) / 512}", "-h", "64", "-s", "32", "::");
        await Tool.Run("mmd", "-i", partition, "::EFI", "::EFI/Linux", "::loader", "::loader/entries");
        await SomeUki.Make(_directory, _directory["some.efi"], "ID=some\nVERSION_ID=2\n", "console=ttyS0 quiet");
        await Tool.Run("mcopy", "-i", partition, _directory["some.efi"], "::EFI/Linux/some.efi");
        await Put(partition, "loader/entries/other-1.conf", "linux /kernel\ninitrd /one\ninitrd /two\noptions root=/dev/vda2\noptions ro\n");
        await Put(partition, "kernel", PlainKernel);
        await Put(partition, "one", "first");
        await Put(partition, "two", "second");
        return image;
    }

    private async Task Put(string partition, string path, string text)
    {
        await File.WriteAllTextAsync(_directory["text"], text);
        await Tool.Run("mcopy", "-i", partition, _directory["text"], $"::{path}");
    }
}
