using System.Runtime.CompilerServices;
using Vmspawn.Options;

namespace Vmspawn.Tests.Catalog;

/// <summary>The C# of docs/images.md is compiled here. It is not run: it downloads an image.</summary>
public class ImagesPageTests
{
    [Fact]
    public void The_code_of_the_page_is_compiled()
    {
        var page = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "../../../docs/images.md"));
        var code = File.ReadAllText(Here()).Split("        // " + "<page>\n")[1].Split("        // " + "</page>")[0];
        Assert.Contains($"```csharp\n{code.Replace("        ", "", StringComparison.Ordinal)}```", page, StringComparison.Ordinal);
    }

    internal static async Task BootAsync()
    {
        // <page>
        var files = await VmImage.Named("debian-13").PrepareAsync();
        await using var machine = await VirtualMachine.StartAsync(files.ApplyTo(new VmOptions { Ram = new RamSize(1L << 30) }));
        await machine.Guest.WaitAsync(GuestWait.Ready);
        // </page>
    }

    private static string Here([CallerFilePath] string here = "") => here;
}
