using System.Runtime.InteropServices;
using System.Text.Json;
using Vmspawn.Catalog;

namespace Vmspawn.Tests.Catalog;

public class ImageCatalogueTests
{
    [Fact]
    public void Each_image_has_a_file_for_this_kind_of_host_and_a_list_of_checksums_both_by_https()
    {
        var images = new ImageCatalogue([]).Read();
        Assert.Equal(images.Count, images.DistinctBy(image => image.Name).Count());
        foreach (var name in new[] { "debian-12", "debian-13", "debian-sid", "ubuntu-22.04", "ubuntu-24.04", "fedora-43", "arch", ImageCatalogue.Busybox })
            Assert.Contains(images, image => image.Name == name);
        foreach (var image in images.Where(image => image.Name != ImageCatalogue.Busybox))
        {
            Assert.True(image.HasCloudInit);
            Assert.NotEmpty(image.Description);
            Assert.Contains(image.Files, file => file.Architecture == Architecture.X64);
            Assert.Equal(image.Files.Count, image.Files.DistinctBy(file => file.Architecture).Count());
            Assert.All(image.Files, file =>
            {
                Assert.Equal(Uri.UriSchemeHttps, file.Address.Scheme);
                Assert.Equal(Uri.UriSchemeHttps, file.Checksums!.Scheme);
            });
        }
    }

    [Theory]
    [InlineData("""{ "images": [ { "name": "Debian 13" } ] }""", "has no \"name\"")]
    [InlineData("""{ "images": [ { "name": "mine" } ] }""", "mine has no \"files\"")]
    [InlineData("""{ "images": [ { "name": "mine", "files": [ { "architecture": "pdp11" } ] } ] }""", "pdp11")]
    [InlineData("""{ "images": [ { "name": "mine", "files": [ { "architecture": "arm64" } ] } ] }""", "without an \"address\"")]
    [InlineData("""{ "images": [ { "name": "mine", "files": [ { "architecture": "arm64", "address": "file:///etc/passwd" } ] } ] }""", "no address of https or http")]
    [InlineData("""{ "images": [ { "name": "mine", "files": [ { "architecture": "arm64", "address": "https://example.org/x" } ] } ] }""", "without a \"checksum\"")]
    [InlineData("""{ "images": [ { "name": "mine", "files": [ { "architecture": "arm64", "address": "https://example.org/x", "checksum": "sha256:12" } ] } ] }""", "is no checksum")]
    public void A_mistake_in_a_users_catalogue_is_named_with_its_file(string json, string text)
    {
        using var document = JsonDocument.Parse(json);
        var error = Assert.Throws<VmImageException>(() => ImageCatalogue.Parse("/home/me/images.json", document.RootElement));
        Assert.StartsWith("/home/me/images.json: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_catalogue_that_is_no_json_is_named_with_the_line()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["images.json"], "{\n  oops\n}");
        var error = Assert.Throws<VmImageException>(() => new ImageCatalogue([directory["images.json"]]).Read());
        Assert.Contains("line 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DIGITS  disk.qcow2")]
    [InlineData("DIGITS *disk.qcow2")]
    [InlineData("DIGITS  ./disk.qcow2")]
    [InlineData("# a comment\nSHA256 (other.qcow2) = 00\nSHA256 (disk.qcow2) = DIGITS")]
    public void A_checksum_is_found_in_each_form_of_list(string list)
    {
        var digits = new string('a', 63) + "B";
        Assert.Equal($"sha256:{digits.ToLowerInvariant()}", Checksum.Find(list.Replace("DIGITS", digits, StringComparison.Ordinal), "disk.qcow2")?.ToString());
        Assert.Null(Checksum.Find(list.Replace("DIGITS", digits, StringComparison.Ordinal), "isk.qcow2"));
        Assert.Null(Checksum.Find(list.Replace("DIGITS", "abc", StringComparison.Ordinal), "disk.qcow2"));
    }

    [Theory]
    [InlineData("debian-13", true)]
    [InlineData("my.image_2", true)]
    [InlineData("", false)]
    [InlineData("2nd", false)]
    [InlineData("../etc", false)]
    [InlineData("a/b", false)]
    [InlineData("a@b", false)]
    public void A_name_of_an_image_is_a_safe_file_name(string name, bool isValid) => Assert.Equal(isValid, ImageName.IsValid(name));
}
