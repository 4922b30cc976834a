using System.Security.Cryptography;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>The packages that pack.sh makes.</summary>
public sealed class PackageTests : VmTest
{
    private static readonly string[] Sources = ["src", "scripts", ".editorconfig", "Directory.Build.props", "Directory.Packages.props", "LICENSE", "global.json", "pack.sh"];

    /// <summary>With <c>--all</c> every library; otherwise one, which is made in seconds.</summary>
    [Fact]
    public async Task Packages_made_in_two_directories_are_equal()
    {
        string[] words = Sample.IsWhole ? ["--libraries"] : ["Vmspawn.Pcie"];
        var first = await PackIn(Scratch.Own("one"), words);
        var second = await PackIn(Scratch.Own("another/one"), words);
        Assert.Contains("Vmspawn.Pcie.0.1.0.nupkg", first.Keys);
        Assert.Contains("Vmspawn.Pcie.0.1.0.snupkg", first.Keys);
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task The_tool_is_installed_and_boots_a_machine()
    {
        if (!Sample.IsWhole)
            Assert.Skip("its native programs take minutes: ./test.sh --all");
        await OutsideProject.PackedAsync();
        var tools = Scratch.Own("tools");
        await OutsideProject.ToolAsync(
            "tool", Scratch.Images, "dotnet", "tool", "install", "Vmspawn.Tool", "--tool-path", tools, "--source", OutsideProject.Packages);
        using var run = VmspawnRun.StartProgram(
            Path.Combine(tools, "vmspawn"), OutsideProject.Environment, Scratch, QemuKind.Distribution,
            ["--user", $"--machine={Scratch.Mark}", "--kvm=no", "--firmware=bios", "--tpm=no", "--vsock=no", "--console=headless", $"--image={BootSector.Write(Scratch)}"]);
        await run.EndWith(0, GuestBound);
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
