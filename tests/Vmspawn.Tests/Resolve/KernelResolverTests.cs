using System.Runtime.InteropServices;
using Vmspawn.Images;
using Vmspawn.Options;
using Vmspawn.Resolve;
using Vmspawn.Spec;

namespace Vmspawn.Tests.Resolve;

public sealed class KernelResolverTests : IDisposable
{
    private static readonly byte[] Elf = [0x7f, (byte)'E', (byte)'L', (byte)'F'];
    private readonly TemporaryDirectory _directory = new();
    private readonly List<Problem> _problems = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_kernel_of_another_architecture_is_refused_with_the_option_that_it_needs()
    {
        Resolve(new VmOptions { Linux = Arm64Kernel() }, Architecture.X64);
        var problem = Assert.Single(_problems);
        Assert.Equal("kernel-architecture", problem.Code);
        Assert.Equal("this kernel is for aarch64, and the machine is x86_64", problem.Text);
        Assert.Equal("use --arch=aarch64", problem.Hint);
    }

    [Fact]
    public void A_kernel_of_the_machines_own_architecture_or_of_none_that_is_known_is_taken()
    {
        Assert.NotNull(Resolve(new VmOptions { Linux = Arm64Kernel() }, Architecture.Arm64));
        Assert.NotNull(Resolve(new VmOptions { Linux = File("elf", Elf) }, Architecture.X64));
        Assert.Empty(_problems);
    }

    [Theory]
    [InlineData(new byte[] { 0x1f, 0x8b, 8, 0 }, Architecture.X64, "gzip")]
    [InlineData(new byte[] { 0x28, 0xb5, 0x2f, 0xfd }, Architecture.Arm64, "zstd")]
    [InlineData(new byte[] { (byte)'C', (byte)'=', (byte)'y', (byte)'\n' }, Architecture.X64, "text file")]
    [InlineData(new byte[] { (byte)'C', (byte)'=', (byte)'y', (byte)'\n' }, Architecture.RiscV64, "text file")]
    [InlineData(new byte[] { 0xfe, 0xed, 0xfa, 0xce }, Architecture.X64, "not a kernel")]
    public void A_file_that_is_no_kernel_is_refused_in_words(byte[] content, Architecture machine, string words)
    {
        Assert.Null(Resolve(new VmOptions { Linux = File("k", content) }, machine));
        var problem = Assert.Single(_problems);
        Assert.Equal("kernel-kind", problem.Code);
        Assert.Contains(words, problem.Text);
    }

    [Fact]
    public void A_kernel_in_a_tree_is_checked_as_one_of_an_option_is()
    {
        Directory.CreateDirectory(_directory["tree/boot"]);
        var path = File("tree/boot/vmlinuz-6.1", "C=y\n"u8.ToArray());
        Assert.Null(OfTree());
        var problem = Assert.Single(_problems);
        Assert.Equal(("kernel-kind", path, "it is a text file, not a kernel"), (problem.Code, problem.Subject, problem.Text));

        File("tree/boot/vmlinuz-6.1", Elf);
        Assert.NotNull(OfTree());

        KernelSpec? OfTree() => new TreeKernelResolver(new VmOptions { Directory = _directory["tree"] }, Architecture.X64, tmpdir: null, _problems).Resolve();
    }

    [Fact]
    public void A_kernel_and_an_initrd_that_were_replaced_after_they_were_looked_at_are_not_handed_over()
    {
        var options = new VmOptions { Linux = File("kernel", Elf), Initrds = [File("initrd", [1])] };
        var kernel = Resolve(options, Architecture.X64)!;
        var initrd = Assert.Single(kernel.Initrds);
        SameFile.Open(kernel.Path!, writable: false, kernel.Identity).Dispose();
        SameFile.Open(initrd.Path, writable: false, initrd.Identity).Dispose();
        System.IO.File.Move(File("new-kernel", Elf), options.Linux, overwrite: true);
        System.IO.File.Move(File("new-initrd", [1]), initrd.Path, overwrite: true);
        Assert.Throws<IOException>(() => SameFile.Open(kernel.Path!, writable: false, kernel.Identity));
        Assert.Throws<IOException>(() => SameFile.Open(initrd.Path, writable: false, initrd.Identity));
        using var joined = System.IO.File.OpenHandle(_directory["joined"], FileMode.CreateNew, FileAccess.Write);
        Assert.Throws<IOException>(() => new InitrdFacts(kernel.Initrds).WriteTo(joined));
    }

    [Fact]
    public void A_kernel_that_qemu_unpacks_itself_is_taken() =>
        Assert.NotNull(Resolve(new VmOptions { Linux = File("k", [0x1f, 0x8b, 8, 0]) }, Architecture.Arm64));

    [Fact]
    public void Initrds_are_joined_beside_the_first_or_on_another_disk_but_not_in_memory()
    {
        var kernel = File("kernel", Elf);
        string[] beside = [File("one", [1]), File("two", [2])];
        Assert.Equal(_directory.Path, Resolve(new VmOptions { Linux = kernel, Initrds = beside }, Architecture.X64)!.InitrdPlace);
        Assert.Null(Resolve(new VmOptions { Linux = kernel, Initrds = beside[..1] }, Architecture.X64)!.InitrdPlace);
        var inMemory = Directory.CreateDirectory($"/dev/shm/vmspawn-test-{Guid.NewGuid():n}");
        var three = Path.Combine(inMemory.FullName, "three");
        System.IO.File.WriteAllBytes(three, [3]);
        Assert.Equal("/var/tmp", Resolve(new VmOptions { Linux = kernel, Initrds = [three, beside[0]] }, Architecture.X64)!.InitrdPlace);
        inMemory.Delete(recursive: true);
        Assert.Empty(_problems);
    }

    private KernelSpec? Resolve(VmOptions options, Architecture machine) =>
        KernelResolver.Resolve(options, machine, tmpdir: null, _problems);

    private string Arm64Kernel()
    {
        var image = new byte[64];
        "ARMd"u8.CopyTo(image.AsSpan(0x38));
        return File("Image", image);
    }

    private string File(string name, byte[] content)
    {
        System.IO.File.WriteAllBytes(_directory[name], content);
        return _directory[name];
    }
}
