using System.Security.Cryptography;
using Vmspawn.SystemTests.Harness;
using Vmspawn.Tests;

namespace Vmspawn.SystemTests;

/// <summary>Images by name: <c>vmspawn image</c> and <c>vmspawn run NAME</c>, with downloads from a server of the test.</summary>
public sealed class ImageTests : VmTest
{
    private const string Name = "mine";

    private static readonly string[] Boot = ["--user", "--kvm=no", "--firmware=bios", "--console=headless", "--register=no", "--vsock=no", "--tpm=no", "--quiet"];

    private readonly FileServer _server = new();

    private string Store => Scratch.Own("store");

    [Fact]
    public async Task A_download_that_was_killed_is_resumed_and_nothing_of_it_is_used_before()
    {
        await using var closing = _server;
        var disk = Disk();
        _server.Files["/disk.raw"] = new ServedFile(disk) { CutAfter = disk.Length / 2, Stalls = true };
        Describe(disk);
        using (var killed = Start("image", "pull", Name))
        {
            await Until(() => Part() is { Exists: true } part && part.Length == disk.Length / 2);
            killed.Signal("KILL");
            await killed.End(ShortBound);
        }

        Assert.Equal([$".lock-{Name}", $".part-{Name}", $".part-{Name}.from"], Names().Where(name => !name.StartsWith(".vmspawn-draft-", StringComparison.Ordinal)));
        var list = await Image("list", "--json");
        Assert.Contains("\"versions\": []", list.Output[list.Output.IndexOf($"\"{Name}\"", StringComparison.Ordinal)..], StringComparison.Ordinal);

        _server.Files["/disk.raw"] = new ServedFile(disk);
        var pulled = await Image("pull", Name, "--quiet");
        Assert.Equal((0, ""), (pulled.Status, pulled.Error));
        Assert.Equal(disk, await File.ReadAllBytesAsync(pulled.Output.TrimEnd(), TestContext.Current.CancellationToken));
        Assert.Equal($"{disk.Length / 2}-", _server.Requests.Last().Range);
        Assert.DoesNotContain(Names(), name => name.StartsWith('.'));
        Assert.Equal(0, (await Image("rm", Name)).Status);
        Assert.Empty(Names());
    }

    [Fact]
    public async Task Two_processes_that_want_the_same_image_download_it_once()
    {
        await using var closing = _server;
        var disk = Disk();
        _server.Files["/disk.raw"] = new ServedFile(disk);
        Describe(disk);
        var both = await Task.WhenAll(Image("pull", Name, "-q"), Image("pull", Name, "-q"));
        Assert.Equal(both[0], both[1]);
        Assert.Equal((0, ""), (both[0].Status, both[0].Error));
        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData(false, "MiB more")]
    [InlineData(true, "no space left on device")]
    public async Task A_full_disk_is_told_and_keeps_nothing_of_the_download(bool hidesLength, string reason)
    {
        await using var closing = _server;
        var disk = Disk();
        _server.Files["/disk.raw"] = new ServedFile(disk) { HidesLength = hidesLength };
        Describe(disk);
        Directory.CreateDirectory(Store);
        const string script = """
            mount -t tmpfs -o size=256k,mode=0700 small "$1" || exit 99
            "$2" image pull -q "$3"
            status=$?
            ls -A "$1"
            exit $status
            """;
        using var run = VmspawnRun.StartProgram("/usr/bin/unshare", Variables(), Scratch, QemuKind.Distribution, "--mount", "sh", "-c", script, "sh", Store, Prepared.Binary, Name);
        var ended = await run.End(ShortBound);
        Assert.True(ended.Status == 1, ended.ToString());
        Assert.Contains(reason, ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(".draft", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('@', ended.Output);
        Assert.Equal(!hidesLength, ended.Output.Contains(".part", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_named_image_is_downloaded_at_its_first_run_and_never_written_to_except_in_a_child()
    {
        await using var closing = _server;
        var disk = await File.ReadAllBytesAsync(BootSector.Write(Scratch), TestContext.Current.CancellationToken);
        _server.Files["/disk.raw"] = new ServedFile(disk);
        Describe(disk);
        var child = Scratch.Own("child.qcow2");
        foreach (var more in (string[][])[[], [], [$"--image={child}", $"--machine={Scratch.Mark}"]])
        {
            using var run = Start(["run", Name, .. Boot, .. more]);
            Assert.Equal(new Ended(0, "", ""), await run.End(GuestBound));
        }

        Assert.Single(_server.Requests);
        Assert.True(File.Exists(child));
        using (var planned = Start(["plan", Name, .. Boot]))
        {
            var plan = await planned.End(ShortBound);
            Assert.True(plan.Status == 0 && plan.Output.Contains($"{Store}/{Name}@", StringComparison.Ordinal), plan.ToString());
        }

        using var unknown = Start(["run", "mime", .. Boot]);
        Assert.Equal(new Ended(1, "", "vmspawn: mime: there is no image of this name; \"vmspawn image list\" shows those that there are\n"), await unknown.End(ShortBound));
    }

    [Fact]
    public async Task The_busybox_image_runs_commands_and_powers_off()
    {
        await using var closing = _server;
        var root = Path.GetDirectoryName(Path.GetDirectoryName(Directory.GetFiles(Path.Combine(Prepared.Cache, "kernel"), "vmlinuz-*-cloud-*", SearchOption.AllDirectories)[0]))!;
        var built = await Image("build", "box", $"--busybox={root}", "-q");
        Assert.True(built.Status == 0, built.ToString());
        using var run = Start("run", "box", "--user", "--kvm=no", "--register=no", "--vsock=no", "--tpm=no", "--quiet", "--ram=256M", "--network-user-mode",
            "--exec=until ip -4 addr show | grep -q 'inet 10'; do sleep 0.2; done; cat /proc/sys/kernel/hostname; exit 7", "no_timer_check");
        var ended = await run.End(GuestBound);
        Assert.Equal((7, "busybox\n"), (ended.Status, ended.Output));
    }

    private void Describe(byte[] disk)
    {
        Directory.CreateDirectory(Path.Combine(Scratch.Own("config"), "vmspawn"));
        File.WriteAllText(Path.Combine(Scratch.Own("config"), "vmspawn", "images.json"), $$"""
            { "images": [ { "name": "{{Name}}", "cloudInit": false, "files": [
                { "architecture": "x86-64", "address": "{{_server["/disk.raw"]}}", "checksum": "sha256:{{Convert.ToHexStringLower(SHA256.HashData(disk))}}" } ] } ] }
            """);
    }

    private Dictionary<string, string?> Variables() => new() { ["VMSPAWN_IMAGES"] = Store, ["XDG_CONFIG_HOME"] = Scratch.Own("config") };

    private VmspawnRun Start(params IEnumerable<string> words) => VmspawnRun.StartWith(Variables(), Scratch, QemuKind.Distribution, words);

    private async Task<Ended> Image(params string[] words)
    {
        using var run = Start(["image", .. words]);
        return await run.End(ShortBound);
    }

    private FileInfo Part() => new(Path.Combine(Store, $".part-{Name}"));

    private IEnumerable<string> Names() => Directory.EnumerateFileSystemEntries(Store).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    private static async Task Until(Func<bool> holds)
    {
        using var clock = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        clock.CancelAfter(ShortBound);
        while (!holds())
            await Task.Delay(50, clock.Token);
    }

    private static byte[] Disk() => RandomNumberGenerator.GetBytes(1 << 20);
}
