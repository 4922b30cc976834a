namespace Vmspawn.Cli.Demo;

/// <summary>The guest of <c>vmspawn demo</c>: a 32-bit multiboot image of a few KiB for QEMU's <c>-kernel</c>.</summary>
internal static class DemoGuest
{
    /// <summary>Opens the image for reading.</summary>
    public static Stream Open() =>
        typeof(DemoGuest).Assembly.GetManifestResourceStream("demo.elf")
        ?? throw new InvalidOperationException("The demo guest is not embedded in this build.");

    /// <summary>All bytes of the image.</summary>
    public static byte[] Read()
    {
        using var stream = Open();
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
