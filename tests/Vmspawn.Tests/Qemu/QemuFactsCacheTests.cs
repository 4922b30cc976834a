using Vmspawn.Host;
using Vmspawn.Qemu;

namespace Vmspawn.Tests.Qemu;

public sealed class QemuFactsCacheTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_binary_is_queried_once_and_again_when_it_changes_or_the_cache_is_damaged()
    {
        var binary = Counting();
        Assert.Equal("QEMU asked 1", await AskAsync(binary));
        Assert.Equal("QEMU asked 1", await AskAsync(binary));
        File.WriteAllText(Assert.Single(Directory.GetFiles(_directory["cache"])), "{\"form\":1");
        Assert.Equal("QEMU asked 2", await AskAsync(binary));
        Assert.Equal("QEMU asked 2", await AskAsync(binary));
        File.AppendAllText(binary, "# another build\n");
        Assert.Equal("QEMU asked 3", await AskAsync(binary));
        Assert.Single(Directory.GetFiles(_directory["cache"]));
    }

    [Fact]
    public async Task A_binary_that_replaces_another_of_the_same_size_and_time_is_queried_again()
    {
        var binary = Counting();
        Assert.Equal("QEMU asked 1", await AskAsync(binary));
        var time = File.GetLastWriteTimeUtc(binary);
        File.Copy(binary, binary + ".new");
        File.SetLastWriteTimeUtc(binary + ".new", time);
        File.Move(binary + ".new", binary, overwrite: true);
        Assert.Equal("QEMU asked 2", await AskAsync(binary));
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_only_means_that_QEMU_is_queried_again()
    {
        File.WriteAllText(_directory["file"], "");
        var binary = Counting();
        Assert.NotNull(await QemuFactsCache.GetAsync(binary, _directory["file"], [], CancellationToken.None));
        Assert.NotNull(await QemuFactsCache.GetAsync(binary, null, [], CancellationToken.None));
    }

    [Fact]
    public async Task A_missing_binary_is_a_problem()
    {
        var problems = new List<Problem>();
        Assert.Null(await QemuFactsCache.GetAsync(_directory["none"], null, problems, CancellationToken.None));
        Assert.Equal("qemu-unusable", Assert.Single(problems).Code);
    }

    [Theory]
    [InlineData(0u, "/c", "/h", "/var/cache/vmspawn")]
    [InlineData(1000u, "/c", "/h", "/c/vmspawn")]
    [InlineData(1000u, "relative", "/h", "/h/.cache/vmspawn")]
    [InlineData(1000u, null, "/h", "/h/.cache/vmspawn")]
    [InlineData(1000u, null, null, null)]
    public void The_directory_follows_the_base_directory_specification(uint uid, string? cache, string? home, string? directory) =>
        Assert.Equal(directory, CacheDirectory.Of(uid, name => name == "HOME" ? home : name == "XDG_CACHE_HOME" ? cache : null));

    private async Task<string> AskAsync(string binary) => (await QemuFactsCache.GetAsync(binary, _directory["cache"], [], CancellationToken.None))!.Machines.Single(name => name.StartsWith("asked", StringComparison.Ordinal)).Replace("asked-", "QEMU asked ");

    // A program that answers like QEMU, and names a machine type by how often it was asked.
    private string Counting()
    {
        var path = _directory["qemu"];
        File.WriteAllText(path, $$"""
            #!/bin/sh
            case "$*" in
            "-version") echo "QEMU emulator version 9.2.0" ;;
            "-device help") echo 'name "nvme", bus PCI' ;;
            "-machine help") echo x >> {{_directory["count"]}}; echo "asked-$(wc -l < {{_directory["count"]}}) one" ;;
            esac
            """ + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
