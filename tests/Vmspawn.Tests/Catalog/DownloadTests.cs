using System.Diagnostics;
using System.Security.Cryptography;
using Vmspawn.Catalog;
using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Tests.Catalog;

public sealed class DownloadTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FileServer _server = new();
    private readonly byte[] _disk = Disk(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private VmImageStore Store => VmImageStore.Open(name => name switch
    {
        VmImageStore.DirectoryVariable => _directory["store"],
        "XDG_CONFIG_HOME" => _directory["config"],
        _ => null,
    });

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_file_is_downloaded_once_and_its_stamp_is_its_checksum()
    {
        _server.Files["/disk.raw"] = new ServedFile(_disk);
        var files = await PrepareAsync(_disk);
        Assert.Equal(_disk, await File.ReadAllBytesAsync(files.Image!, Cancel));
        Assert.Equal((ImageFormat.Raw, true, $"sha256:{Sum(_disk)}"), (files.Format, files.IsShared, files.Stamp));
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(files.Image!));
        Assert.Equal(files, await PrepareAsync(_disk) with { Initrds = files.Initrds, KernelArguments = files.KernelArguments });
        Assert.Single(_server.Requests);
        Assert.Equal([Path.GetFileName(Path.GetDirectoryName(files.Image!))], Names());
    }

    [Fact]
    public async Task A_cut_connection_is_resumed_where_it_ended()
    {
        _server.Files["/disk.raw"] = new ServedFile(_disk) { CutAfter = 300_000 };
        _server.Answered = _ => _server.Files["/disk.raw"] = new ServedFile(_disk);
        Assert.Equal(_disk, await File.ReadAllBytesAsync((await PrepareAsync(_disk)).Image!, Cancel));
        Assert.Equal([("/disk.raw", null), ("/disk.raw", "300000-")], _server.Requests);
    }

    [Fact]
    public async Task A_server_without_ranges_sends_the_whole_file_again()
    {
        _server.Files["/disk.raw"] = new ServedFile(_disk) { CutAfter = 300_000, HasRanges = false };
        _server.Answered = _ => _server.Files["/disk.raw"] = new ServedFile(_disk) { HasRanges = false };
        Assert.Equal(_disk, await File.ReadAllBytesAsync((await PrepareAsync(_disk)).Image!, Cancel));
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task A_download_that_was_cancelled_goes_on_at_the_next_time()
    {
        _server.Files["/disk.raw"] = new ServedFile(_disk) { CutAfter = 400_000, Stalls = true };
        await InterruptAsync(400_000);
        Assert.Equal([".part-disk.raw", ".part-disk.raw.from"], Names());
        _server.Files["/disk.raw"] = new ServedFile(_disk);
        Assert.Equal(_disk, await File.ReadAllBytesAsync((await PrepareAsync(_disk)).Image!, Cancel));
        Assert.Equal("400000-", _server.Requests.Last().Range);
        Assert.DoesNotContain(Names(), name => name!.StartsWith('.'));
    }

    [Fact]
    public async Task A_file_that_has_changed_since_the_interruption_is_downloaded_from_its_start()
    {
        _server.Files["/disk.raw"] = new ServedFile(_disk) { CutAfter = 400_000, Stalls = true };
        await InterruptAsync(400_000);
        var other = Disk(2);
        _server.Files["/disk.raw"] = new ServedFile(other) { Tag = "\"2\"" };
        Assert.Equal(other, await File.ReadAllBytesAsync((await PrepareAsync(other)).Image!, Cancel));
    }

    [Fact]
    public async Task Nothing_of_a_file_with_another_checksum_is_used_or_kept()
    {
        _server.Files["/disk.raw"] = new ServedFile(_disk);
        var error = await Assert.ThrowsAsync<VmImageException>(() => PrepareAsync(Disk(2)));
        Assert.Contains("does not have the checksum sha256:", error.Message, StringComparison.Ordinal);
        Assert.Empty(Names());
    }

    [Fact]
    public async Task Two_that_want_the_same_image_at_once_download_it_once()
    {
        _server.Files["/disk.raw"] = new ServedFile(_disk);
        var both = await Task.WhenAll(PrepareAsync(_disk), PrepareAsync(_disk));
        Assert.Equal(both[0].Image, both[1].Image);
        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("zstd")]
    [InlineData("gzip")]
    public async Task A_compressed_file_is_decompressed_with_holes_for_its_zeros(string program)
    {
        byte[] disk = [.. _disk, .. new byte[8 << 20], 1];
        var packed = await PackedAsync(program, disk);
        _server.Files["/disk.raw"] = new ServedFile(packed);
        var files = await PrepareAsync(packed);
        Assert.Equal(disk, await File.ReadAllBytesAsync(files.Image!, Cancel));
        Assert.InRange(FileFacts.OfName(files.Image!).Occupied, 1, 4 << 20);
    }

    [Fact]
    public async Task What_the_server_has_not_is_said_with_its_address_and_a_busy_server_is_asked_again()
    {
        var error = await Assert.ThrowsAsync<VmImageException>(() => PrepareAsync(_disk));
        Assert.Contains($"{_server["/disk.raw"]}", error.Message, StringComparison.Ordinal);
        Assert.Contains("404", error.Message, StringComparison.Ordinal);
        _server.Files["/disk.raw"] = new ServedFile(_disk) { Status = 503 };
        _server.Answered = _ => _server.Files["/disk.raw"] = new ServedFile(_disk);
        Assert.NotNull((await PrepareAsync(_disk)).Image);
    }

    [Fact]
    public async Task A_list_of_checksums_is_looked_at_when_nothing_is_stored_and_by_a_pull()
    {
        var image = new DownloadedImage(_server["/disk.raw"], _server["/SHA256SUMS"]);
        Serve(_disk);
        var first = await image.PrepareAsync(Store, null, Cancel);
        var other = Disk(2);
        Serve(other);
        Assert.Equal(first.Image, (await image.PrepareAsync(Store, null, Cancel)).Image);
        Assert.Equal(2, _server.Requests.Count);

        var renewed = await Store.PullAsync(image, null, Cancel);
        Assert.Equal(other, await File.ReadAllBytesAsync(renewed.Image!, Cancel));
        Assert.Equal(_disk, await File.ReadAllBytesAsync(first.Image!, Cancel));
        Assert.Equal(renewed.Image, (await image.PrepareAsync(Store, null, Cancel)).Image);
        Assert.Equal(2, Assert.Single(Store.List(), one => one.Name == "disk.raw").Versions.Count);

        Assert.True(await Store.RemoveAsync("disk.raw", Cancel));
        Assert.Empty(Names());
        Assert.False(await Store.RemoveAsync("disk.raw", Cancel));

        void Serve(byte[] disk)
        {
            _server.Files["/disk.raw"] = new ServedFile(disk);
            _server.Files["/SHA256SUMS"] = new ServedFile([.. System.Text.Encoding.UTF8.GetBytes($"{new string('0', 64)} *other.raw\n{Sum(disk)} *disk.raw\n")]);
        }
    }

    [Fact]
    public async Task An_image_that_needs_another_file_of_this_host_is_refused()
    {
        using (var handle = File.OpenHandle(_directory["below.raw"], FileMode.CreateNew, FileAccess.Write))
            RandomAccess.SetLength(handle, 1 << 20);
        using (var made = Process.Start("qemu-img", ["create", "-q", "-f", "qcow2", "-F", "raw", "-b", _directory["below.raw"], _directory["child"]]))
            await made.WaitForExitAsync(Cancel);
        var child = await File.ReadAllBytesAsync(_directory["child"], Cancel);
        _server.Files["/disk.raw"] = new ServedFile(child);
        var error = await Assert.ThrowsAsync<VmImageException>(() => PrepareAsync(child));
        Assert.Contains(_directory["below.raw"], error.Message, StringComparison.Ordinal);
        Assert.Empty(Names());
    }

    [Fact]
    public async Task A_name_of_the_users_catalogue_is_downloaded_and_booted_with_cloud_init()
    {
        _server.Files["/disk.raw"] = new ServedFile(_disk);
        Directory.CreateDirectory(_directory["config/vmspawn"]);
        await File.WriteAllTextAsync(_directory["config/vmspawn/images.json"], $$"""
            { "images": [ { "name": "debian-13", "description": "of a mirror", "files": [
                { "architecture": "x86-64", "address": "{{_server["/disk.raw"]}}", "checksum": "sha256:{{Sum(_disk)}}" },
                { "architecture": "arm64", "address": "{{_server["/disk.raw"]}}", "checksum": "sha256:{{Sum(_disk)}}" } ] } ] }
            """, Cancel);
        var files = await Store.Named("debian-13").PrepareAsync(null, Cancel);
        Assert.True(files.HasCloudInit);
        Assert.Equal("debian-13", Path.GetFileName(files.Image));
        var entry = Assert.Single(Store.List(), one => one.Name == "debian-13");
        Assert.Equal(("of a mirror", $"{_server["/disk.raw"]}"), (entry.Description, Assert.Single(entry.Versions).Origin));
    }

    private Task<VmImageFiles> PrepareAsync(byte[] expected, IProgress<VmImageProgress>? progress = null, CancellationToken? cancel = null) =>
        new DownloadedImage(_server["/disk.raw"], Checksum.Parse($"sha256:{Sum(expected)}")!).PrepareAsync(Store, progress, cancel ?? Cancel);

    /// <summary>Cancels a download when so many bytes have arrived.</summary>
    private async Task InterruptAsync(long bytes)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PrepareAsync(_disk, new Stop(bytes, stop), stop.Token));
    }

    private IEnumerable<string?> Names() => Directory.EnumerateFileSystemEntries(_directory["store"]).Select(Path.GetFileName).Order(StringComparer.Ordinal);

    private async Task<byte[]> PackedAsync(string program, byte[] content)
    {
        var path = _directory["packed"];
        await File.WriteAllBytesAsync(path, content, Cancel);
        using var process = Process.Start(new ProcessStartInfo(program, ["-c", path]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        using var packed = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(packed, Cancel);
        await process.WaitForExitAsync(Cancel);
        return packed.ToArray();
    }

    private static byte[] Disk(int seed)
    {
        var disk = new byte[1 << 20];
        new Random(seed).NextBytes(disk);
        return disk;
    }

    private static string Sum(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private sealed class Stop(long bytes, CancellationTokenSource source) : IProgress<VmImageProgress>
    {
        public void Report(VmImageProgress value)
        {
            if (value.Done >= bytes)
                source.Cancel();
        }
    }
}
