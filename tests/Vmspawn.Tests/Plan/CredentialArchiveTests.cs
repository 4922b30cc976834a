using System.Security.Cryptography;
using Vmspawn.Launch;
using Vmspawn.Plan;

namespace Vmspawn.Tests.Plan;

public class CredentialArchiveTests
{
    [Fact]
    public void Without_credentials_there_is_no_archive() => Assert.Empty(CredentialArchive.Of([]));

    // cpio itself is asked.
    [Fact]
    public async Task Each_credential_is_a_file_that_only_root_reads_where_systemd_looks()
    {
        using var scratch = new TemporaryDirectory();
        var path = scratch["archive"];
        File.WriteAllBytes(path, CredentialArchive.Of([new("foo", "bar"u8.ToArray()), new("a.b", "twelve bytes"u8.ToArray())]));
        var list = await Tool.Run("sh", "-c", $"cpio -tv --numeric-uid-gid < {path} 2>/dev/null");
        var lines = list.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(
            [
                "dr-xr-xr-x 0 .extra", "dr-x------ 0 .extra/system_credentials",
                "-r-------- 3 .extra/system_credentials/foo.cred", "-r-------- 12 .extra/system_credentials/a.b.cred",
            ],
            lines.Select(words => $"{words[0]} {words[4]} {words[^1]}"));
        Assert.Equal("twelve bytes", await Tool.Run("sh", "-c", $"cd {scratch.Path} && cpio -id --quiet < {path} && cat .extra/system_credentials/a.b.cred; chmod -R u+w .extra"));
    }

    // The length and SHA-256 of what systemd-vmspawn 262 put behind an initrd for these two.
    [Fact]
    public void The_same_credentials_are_the_same_bytes_as_those_of_systemd_vmspawn()
    {
        var archive = CredentialArchive.Of([new("foo", "bar"u8.ToArray()), new("longer.name", "baz"u8.ToArray())]);
        Assert.Equal(692, archive.Length);
        Assert.Equal("0504924ddaaf7c7da415475cb5c661bd645456472f8e93d2eb5d1b254f89bb96", Convert.ToHexStringLower(SHA256.HashData(archive)));
    }

    [Theory]
    [InlineData(0, 0), InlineData(1, 4), InlineData(4, 4), InlineData(7, 8)]
    public void The_archive_begins_behind_the_initrd_where_the_kernel_looks_for_it(int size, int at)
    {
        using var scratch = new TemporaryDirectory();
        var path = scratch["initrd"];
        File.WriteAllBytes(path, [.. Enumerable.Repeat((byte)1, size)]);
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
            DiskFiles.AppendArchive(file, "tail"u8);
        var content = File.ReadAllBytes(path);
        Assert.Equal("tail"u8.ToArray(), content[at..]);
        Assert.All(content[size..at], one => Assert.Equal(0, one));
    }
}
