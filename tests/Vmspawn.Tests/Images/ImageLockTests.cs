using System.Diagnostics;
using Vmspawn.Images;
using Vmspawn.Options;

namespace Vmspawn.Tests.Images;

public sealed class ImageLockTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private static Task<LockHolder?> FindAsync(string path, bool write, int seconds = 0) =>
        ImageLock.FindHolderAsync(path, write, TimeSpan.FromSeconds(seconds), TimeProvider.System, CancellationToken.None);

    [Theory]
    [InlineData("raw", "virtio-blk-pci,drive=d")]
    [InlineData("qcow2", "nvme,serial=s,drive=d")]
    public async Task A_qemu_that_writes_to_an_image_is_found_with_its_pid_and_blocks_every_other_use(string format, string device)
    {
        var image = await Create(format);
        Assert.Null(await FindAsync(image.Path, write: true));
        using (var qemu = await Hold($"file={image.Path},format={format},if=none,id=d", device))
        {
            foreach (var write in (bool[])[true, false])
            {
                var holder = await FindAsync(image.Path, write);
                Assert.Equal(qemu.Id, holder?.Pid);
                Assert.Equal(File.ReadAllText($"/proc/{qemu.Id}/comm").TrimEnd(), holder?.Command);
                var problems = new List<Problem>();
                await ImageLock.CheckAsync("--image=x", image, write, problems, CancellationToken.None);
                var file = image.Identity;
                Assert.NotNull(ImageLock.FindProcess(file, write));
                Assert.Null(ImageLock.FindProcess(file with { Device = file.Device + 1 }, write));
                Assert.Contains($"process {qemu.Id}", Assert.Single(problems).Text);
            }

        }

        Assert.Null(await FindAsync(image.Path, write: true));
    }

    [Fact]
    public async Task A_reading_qemu_keeps_out_writers_only()
    {
        var image = await Create("raw");
        using var qemu = await Hold($"file={image.Path},format=raw,if=none,id=d,readonly=on", "virtio-blk-pci,drive=d");
        Assert.Equal(qemu.Id, (await FindAsync(image.Path, write: true))?.Pid);
        Assert.Null(await FindAsync(image.Path, write: false));
    }

    [Fact]
    public async Task A_backing_file_that_another_qemu_writes_to_is_reported()
    {
        await Create("raw");
        await Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-b", _directory["image"], "-F", "raw", _directory["top"]);
        var top = ImageProbe.Probe("x", _directory["top"], ImageFormat.Qcow2, write: true, [])!;
        using var qemu = await Hold($"file={_directory["image"]},format=raw,if=none,id=d", "virtio-blk-pci,drive=d");
        var problems = new List<Problem>();
        await ImageLock.CheckAsync("--image=x", top, write: true, problems, CancellationToken.None);
        Assert.Contains(_directory["image"], Assert.Single(problems).Text);
    }

    [Fact]
    public async Task A_lock_without_a_process_is_waited_for_and_counts_when_it_stays()
    {
        var image = await Create("raw");
        using var file = new FileStream(image.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        // A lock of another kind than QEMU's blocks it too, but its process is not searched.
        file.Lock(QemuLockBytes.NoOtherWrites, 1);
        Assert.Equal(new LockHolder(null, null), await FindAsync(image.Path, write: true));

        file.Lock(QemuLockBytes.NoOtherWrites, 1);
        var looking = FindAsync(image.Path, write: true, seconds: 30);
        await Task.Delay(200);
        Assert.False(looking.IsCompleted, "the lock was not waited for");
        file.Unlock(QemuLockBytes.NoOtherWrites, 1);
        Assert.Null(await looking);
    }

    [Theory]
    [InlineData("1: OFDLCK ADVISORY  READ -1 fe:00:77 100 101", true)]
    [InlineData("1: OFDLCK ADVISORY  READ -1 fe:00:77 0 EOF", true)]
    [InlineData("1: OFDLCK ADVISORY  READ -1 fe:00:77 102 EOF", false)]
    [InlineData("1: OFDLCK ADVISORY  READ -1 fe:00:77 100 100", false)]
    [InlineData("1: OFDLCK ADVISORY  READ -1 fe:00:78 100 101", false)]
    [InlineData("1: POSIX  ADVISORY  READ -1 fe:00:77 100 101", false)]
    [InlineData("1: OFDLCK ADVISORY  READ -1 fe:00:77 100", false)]
    [InlineData("1: OFDLCK ADVISORY  READ -1 fe:00: 100 101", false)]
    [InlineData("", false)]
    public void A_lock_line_is_read_as_the_kernel_writes_it(string line, bool found) =>
        Assert.Equal(found, LockLines.Any(line, "", 77, 101, 101));

    private async Task<ImageFacts> Create(string format)
    {
        await Tool.Run("qemu-img", "create", "-q", "-f", format, _directory["image"], "1M");
        var parsed = format == "raw" ? ImageFormat.Raw : ImageFormat.Qcow2;
        return ImageProbe.Probe("x", _directory["image"], parsed, write: true, [])!;
    }

    private static Task<HoldingQemu> Hold(string drive, string device) => HoldingQemu.Start(drive, device);

    /// <summary>A QEMU that has opened an image and waits, until it is disposed.</summary>
    private sealed class HoldingQemu : IDisposable
    {
        private readonly Process _process;

        private HoldingQemu(Process process) => _process = process;

        public int Id => _process.Id;

        public static async Task<HoldingQemu> Start(string drive, string device)
        {
            var start = new ProcessStartInfo(
                Tool.Qemu,
                ["-M", "q35", "-m", "64", "-display", "none", "-nodefaults", "-S", "-qmp", "stdio", "-drive", drive, "-device", device])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            var qemu = new HoldingQemu(Process.Start(start)!);

            // The greeting may come before the drives are locked; an answer comes after.
            await qemu._process.StandardInput.WriteLineAsync("""{"execute":"qmp_capabilities"}""");
            while (await qemu._process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) is { } line)
            {
                if (line.Contains("\"return\"", StringComparison.Ordinal))
                    return qemu;
            }

            qemu.Dispose();
            throw new InvalidOperationException("QEMU ended before it answered");
        }

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
