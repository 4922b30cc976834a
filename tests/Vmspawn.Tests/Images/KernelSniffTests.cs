using System.Buffers.Binary;
using System.Runtime.InteropServices;
using CsCheck;
using Vmspawn.Images;

namespace Vmspawn.Tests.Images;

public class KernelSniffTests
{
    [Fact]
    public void An_x86_kernel_with_an_efi_stub_is_a_bzimage_and_a_pe_and_says_its_command_line_limit()
    {
        var kernel = Sniff(BzImage(withPe: true));
        Assert.Equal(new KernelSniff(KernelKind.BzImage, IsPe: true, IsUki: false, Architecture.X64), kernel);
    }

    [Fact]
    public void An_x86_kernel_without_an_efi_stub_is_no_pe() =>
        Assert.Equal(new KernelSniff(KernelKind.BzImage, false, false, Architecture.X64), Sniff(BzImage(withPe: false)));

    [Fact]
    public void A_pe_with_a_section_linux_is_a_unified_kernel_image() =>
        Assert.Equal(new KernelSniff(KernelKind.Pe, true, true, Architecture.X64), Sniff(Pe(".text", ".linux")));

    [Fact]
    public void A_pe_whose_section_only_starts_like_linux_is_none() =>
        Assert.False(Sniff(Pe(".text", ".linuxx")).IsUki);

    [Fact]
    public void Elf_and_arm64_are_distinguished()
    {
        Assert.Equal(KernelKind.Elf, Sniff([0x7f, (byte)'E', (byte)'L', (byte)'F', 2]).Kind);
        var image = new byte[64];
        "ARMd"u8.CopyTo(image.AsSpan(0x38));
        Assert.Equal((KernelKind.FlatImage, Architecture.Arm64), (Sniff(image).Kind, Sniff(image).Processor));
    }

    [Fact]
    public void Cut_and_damaged_headers_always_have_an_answer() =>
        Gen.OneOf(Damage.To(BzImage(true)), Damage.To(Pe(".linux")), Damage.To(Pe([.. Enumerable.Repeat(".a", 90)]))).Sample(bytes =>
        {
            var kernel = Sniff(bytes);
            return kernel.IsPe || !kernel.IsUki;
        });

    [Theory]
    [InlineData(new byte[] { 0x1f, 0x8b, 8, 0 })]
    [InlineData(new byte[] { 0x28, 0xb5, 0x2f, 0xfd })]
    [InlineData(new byte[] { 0x02, 0x21, 0x4c, 0x18 })]
    public void A_compressed_image_is_refused_as_compressed(byte[] head) => Assert.Equal(KernelKind.Compressed, Sniff(head).Kind);

    [Fact]
    public void A_section_that_reaches_out_of_the_file_is_none()
    {
        var image = Pe(".linux");
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(0x80 + 24 + 0xf0 + 20), (uint)image.Length);
        Assert.Equal(new KernelSniff(KernelKind.Pe, true, false, Architecture.X64), Sniff(image));
    }

    private static KernelSniff Sniff(byte[] bytes) => KernelSniff.Of(bytes, bytes.Length);

    private static byte[] BzImage(bool withPe)
    {
        var image = withPe ? Pe(".setup") : new byte[1024];
        image[0x1fe] = 0x55;
        image[0x1ff] = 0xaa;
        "HdrS"u8.CopyTo(image.AsSpan(0x202));
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(0x206), 0x020f);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(0x238), 2047);
        return image;
    }

    private static byte[] Pe(params string[] sections)
    {
        const int At = 0x80;
        var image = new byte[1024 + (sections.Length * 40)];
        "MZ"u8.CopyTo(image);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(0x3c), At);
        "PE\0\0"u8.CopyTo(image.AsSpan(At));
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(At + 4), 0x8664);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(At + 6), (ushort)sections.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(At + 20), 0xf0);
        for (var i = 0; i < sections.Length; i++)
        {
            var header = image.AsSpan(At + 24 + 0xf0 + (i * 40));
            System.Text.Encoding.ASCII.GetBytes(sections[i], header);
            // One byte in memory, sixteen in the file, at 512.
            header[8] = 1;
            header[16] = 16;
            header[21] = 2;
        }

        return image;
    }
}
