using System.IO.Compression;
using System.Security.Cryptography;
using System.Xml.Linq;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>The packages that pack.sh makes.</summary>
public sealed class PackageTests : VmTest
{
    private static readonly string[] Sources = ["src", "scripts", ".editorconfig", "Directory.Build.props", "Directory.Packages.props", "LICENSE", "global.json", "pack.sh"];

    private static readonly string[] Libraries = ["Vmspawn", "Vmspawn.Linux", "Vmspawn.Pcie", "Vmspawn.Qmp", "Vmspawn.Testing", "Vmspawn.Testing.Xunit", "Vmspawn.Varlink"];

    /// <summary>With <c>--all</c> every library; otherwise one, which is made in seconds.</summary>
    [Fact]
    public async Task Packages_made_in_two_directories_are_equal()
    {
        string[] words = Sample.IsWhole ? ["--libraries"] : ["Vmspawn.Pcie"];
        var first = await PackIn(Scratch.Own("one"), words);
        var second = await PackIn(Path.Combine(Scratch.Own("another"), "one"), words);
        Assert.Contains("Vmspawn.Pcie.0.1.0.nupkg", first.Keys);
        Assert.Contains("Vmspawn.Pcie.0.1.0.snupkg", first.Keys);
        Assert.Equal(first, second);
    }

    /// <summary>The tool, whose native programs take minutes, with <c>--all</c> only.</summary>
    [Fact]
    public async Task Packages_are_described_and_fit_exactly_each_other()
    {
        await OutsideProject.PackedAsync();
        foreach (var library in Libraries)
        {
            using var package = ZipFile.OpenRead(Path.Combine(OutsideProject.Packages, $"{library}.0.1.0.nupkg"));
            Assert.Equal(
                ["LICENSE", "README.md", $"lib/net10.0/{library}.dll", $"lib/net10.0/{library}.xml"],
                package.Entries.Select(entry => entry.FullName).Where(IsContent).Order(StringComparer.Ordinal));
            using var symbols = ZipFile.OpenRead(Path.Combine(OutsideProject.Packages, $"{library}.0.1.0.snupkg"));
            Assert.NotNull(symbols.GetEntry($"lib/net10.0/{library}.pdb"));

            var description = Description(package, library);
            Assert.All((string[])["description", "tags", "repository"], name => Assert.Single(description, element => element.Name.LocalName == name));
            Assert.Equal("MIT", description.Single(element => element.Name.LocalName == "license").Value);
            var own = description.Where(element => element.Name.LocalName == "dependency" && element.Attribute("id")!.Value.StartsWith("Vmspawn", StringComparison.Ordinal)).ToList();
            Assert.Equal(library switch { "Vmspawn" => 4, "Vmspawn.Testing" => 2, "Vmspawn.Qmp" or "Vmspawn.Varlink" or "Vmspawn.Testing.Xunit" => 1, _ => 0 }, own.Count);
            Assert.All(own, element => Assert.Equal("[0.1.0]", element.Attribute("version")!.Value));
        }

        if (Sample.IsWhole)
            await InstallTool();
    }

    private async Task InstallTool()
    {
        foreach (var path in Directory.GetFiles(OutsideProject.Packages, "Vmspawn.Tool.linux-*.nupkg"))
        {
            using var package = ZipFile.OpenRead(path);
            var processor = Path.GetFileName(path)["Vmspawn.Tool.".Length..^".0.1.0.nupkg".Length];
            Assert.Equal(
                ["LICENSE", "README.md", $"tools/any/{processor}/DotnetToolSettings.xml", $"tools/any/{processor}/Vmspawn.Cli"],
                package.Entries.Select(entry => entry.FullName).Where(IsContent).Order(StringComparer.Ordinal));
        }

        var tools = Scratch.Own("tools");
        await OutsideProject.ToolAsync(
            "tool", Scratch.Images, "dotnet", "tool", "install", "Vmspawn.Tool", "--tool-path", tools, "--source", OutsideProject.Packages);
        using var run = VmspawnRun.StartProgram(
            Path.Combine(tools, "vmspawn"),
            OutsideProject.Environment,
            Scratch,
            QemuKind.Distribution,
            ["--user", $"--machine={Scratch.Mark}", "--kvm=no", "--firmware=bios", "--tpm=no", "--vsock=no", "--console=headless", $"--image={BootSector.Write(Scratch)}"]);
        await run.EndWith(0, GuestBound);
    }

    /// <summary>Not the parts that every package has.</summary>
    private static bool IsContent(string name) =>
        !name.EndsWith(".nuspec", StringComparison.Ordinal) && !name.StartsWith("_rels/", StringComparison.Ordinal)
        && !name.StartsWith("package/", StringComparison.Ordinal) && name != "[Content_Types].xml";

    private static List<XElement> Description(ZipArchive package, string library)
    {
        using var stream = package.GetEntry($"{library}.nuspec")!.Open();
        return [.. XDocument.Load(stream).Descendants()];
    }

    private static async Task<SortedDictionary<string, string>> PackIn(string folder, string[] words)
    {
        foreach (var source in Sources)
            Copy(Path.Combine(Prepared.Repository, source), Path.Combine(folder, source));
        await OutsideProject.ToolAsync($"pack-{Path.GetFileName(Path.GetDirectoryName(folder))}", folder, ["./pack.sh", .. words]);
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var package in Directory.GetFiles(Path.Combine(folder, "artifacts", "packages")))
            hashes.Add(Path.GetFileName(package), Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(package))));
        return hashes;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        if (File.Exists(from))
        {
            File.Copy(from, to);
            return;
        }

        Directory.CreateDirectory(to);
        foreach (var entry in new DirectoryInfo(from).EnumerateFileSystemInfos().Where(entry => entry.Name is not ("bin" or "obj")))
            Copy(entry.FullName, Path.Combine(to, entry.Name));
    }
}
