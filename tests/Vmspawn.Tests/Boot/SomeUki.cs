namespace Vmspawn.Tests.Boot;

/// <summary>A unified kernel image made of Debian's stub, as ukify makes one; its kernel is a few bytes.</summary>
internal static class SomeUki
{
    /// <summary>What it carries for a kernel: the magic number of an ELF binary, and words to know it by.</summary>
    public const string Kernel = "\u007fELF the kernel";

    public const string Stub = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";

    public static async Task Make(TemporaryDirectory directory, string path, string release, string commandLine)
    {
        var arguments = new List<string>();
        var at = 0x140000000 + 0x200000;
        foreach (var (name, content) in (ReadOnlySpan<(string, string)>)[("osrel", release), ("cmdline", commandLine), ("linux", Kernel), ("initrd", "the initrd")])
        {
            File.WriteAllText(directory[name], content);
            arguments.AddRange(["--add-section", $".{name}={directory[name]}", "--change-section-vma", $".{name}=0x{at:x}"]);
            at += 0x100000;
        }

        await Tool.Run("objcopy", [.. arguments, Stub, path]);
    }
}
