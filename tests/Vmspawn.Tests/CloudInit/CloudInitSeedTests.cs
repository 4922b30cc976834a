using System.Text;
using Vmspawn.CloudInit;
using Vmspawn.Options;
using Vmspawn.Resolve;

namespace Vmspawn.Tests.CloudInit;

public sealed class CloudInitSeedTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<Problem> _problems = [];
    private readonly List<string> _notices = [];

    [Theory]
    [InlineData("#cloud-config\nusers: []", true)]
    [InlineData("#cloud-config", true)]
    [InlineData("#cloud-config\r\na: b", true)]
    [InlineData("#!/bin/sh\n", true)]
    [InlineData("Content-Type: multipart/mixed; boundary=x", true)]
    [InlineData("#include-once\nhttp://x", true)]
    [InlineData("## template: jinja\n#cloud-config", true)]
    [InlineData("\u001f\u008b", false)]
    [InlineData("users: []", false)]
    [InlineData("# cloud-config", false)]
    [InlineData("", false)]
    public void Formats_of_user_data_are_distinguished_by_the_first_line(string text, bool known) =>
        Assert.Equal(known, CloudInitSeed.IsKnownFormat(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Compressed_user_data_is_recognised() => Assert.True(CloudInitSeed.IsKnownFormat([0x1f, 0x8b, 8]));

    [Fact]
    public async Task The_volume_holds_the_guests_identity_and_the_keys_that_may_log_in()
    {
        var seed = new CloudInitSeed("id-1", "web", ["ssh-ed25519 AAAA \"me\""], new Dictionary<string, ReadOnlyMemory<byte>>());
        await File.WriteAllBytesAsync(_directory["seed"], seed.ToVolume(), TestContext.Current.CancellationToken);
        using var json = System.Text.Json.JsonDocument.Parse(await Tool.Run("mtype", "-i", _directory["seed"], "::meta-data"));
        Assert.Equal("id-1", json.RootElement.GetProperty("instance-id").GetString());
        Assert.Equal("web", json.RootElement.GetProperty("local-hostname").GetString());
        Assert.Equal("ssh-ed25519 AAAA \"me\"", json.RootElement.GetProperty("public-keys")[0].GetString());
        Assert.Equal("#cloud-config\n{}\n", await Tool.Run("mtype", "-i", _directory["seed"], "::user-data"));
    }

    [Fact]
    public async Task A_key_comes_with_a_script_for_each_boot_unless_the_user_has_vendor_data()
    {
        const string key = "ssh-ed25519 AAAA vmspawn";
        await File.WriteAllBytesAsync(_directory["seed"], new CloudInitSeed("id-1", "web", [key], new Dictionary<string, ReadOnlyMemory<byte>>()).ToVolume(), TestContext.Current.CancellationToken);
        var script = await Tool.Run("mtype", "-i", _directory["seed"], "::vendor-data");
        Assert.StartsWith("#cloud-boothook\n#!/bin/sh\n", script, StringComparison.Ordinal);
        Assert.Contains($"\n{key}\nKEYS\n", script, StringComparison.Ordinal);
        await Tool.Run("sh", "-n", "-c", script);

        var own = new Dictionary<string, ReadOnlyMemory<byte>> { [CloudInitSeed.VendorData] = "mine"u8.ToArray() };
        await File.WriteAllBytesAsync(_directory["seed"], new CloudInitSeed("id-1", "web", [key], own).ToVolume(), TestContext.Current.CancellationToken);
        Assert.Equal("mine", await Tool.Run("mtype", "-i", _directory["seed"], "::vendor-data"));
        await File.WriteAllBytesAsync(_directory["seed"], new CloudInitSeed("id-1", "web", [], new Dictionary<string, ReadOnlyMemory<byte>>()).ToVolume(), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("vendor-data", await Tool.Run("mdir", "-b", "-i", _directory["seed"], "::"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_user_data_as_it_is_and_another_format_is_warned_of()
    {
        await File.WriteAllTextAsync(_directory["data"], "no format\n", TestContext.Current.CancellationToken);
        var drive = (await Resolve(new VmOptions { CloudInit = new CloudInitRequest(_directory["data"]) }))!;
        Assert.True(drive.ReadOnly);
        await File.WriteAllBytesAsync(_directory["seed"], drive.Content.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal("no format\n", await Tool.Run("mtype", "-i", _directory["seed"], "::user-data"));
        Assert.Contains("#cloud-config", Assert.Single(_notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_gives_its_files_by_their_names()
    {
        Directory.CreateDirectory(_directory["seed.d"]);
        await File.WriteAllTextAsync(_directory["seed.d/network-config"], "version: 2\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_directory["seed.d/notes"], "mine", TestContext.Current.CancellationToken);
        var drive = (await Resolve(new VmOptions { CloudInit = new CloudInitRequest(_directory["seed.d"]) }))!;
        await File.WriteAllBytesAsync(_directory["seed"], drive.Content.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal("::/meta-data\n::/user-data\n::/network-config\n", await Tool.Run("mdir", "-b", "-i", _directory["seed"], "::"));
        Assert.Empty(_notices);
    }

    [Theory]
    [InlineData("missing", "cannot be read")]
    [InlineData("", "has none of")]
    public async Task What_cannot_be_read_is_refused(string name, string why)
    {
        Assert.Null(await Resolve(new VmOptions { CloudInit = new CloudInitRequest(_directory[name]) }));
        Assert.Contains(why, Assert.Single(_problems).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_instance_stays_with_its_image_or_its_uuid()
    {
        var one = (await Resolve(new VmOptions { CloudInit = new CloudInitRequest(null), Image = "/a.raw" }))!.Content;
        Assert.Equal(one.ToArray(), (await Resolve(new VmOptions { CloudInit = new CloudInitRequest(null), Image = "/a.raw" }))!.Content.ToArray());
        Assert.NotEqual(one.ToArray(), (await Resolve(new VmOptions { CloudInit = new CloudInitRequest(null), Image = "/b.raw" }))!.Content.ToArray());
    }

    public void Dispose() => _directory.Dispose();

    private Task<Vmspawn.Spec.DriveSpec?> Resolve(VmOptions options) => new CloudInitResolver(options, _problems, _notices).ResolveAsync("web", [], CancellationToken.None);
}
