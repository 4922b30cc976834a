using System.Diagnostics;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux.Tests;

public sealed class FileTests
{
    [Fact]
    public async Task A_memory_file_is_read_from_its_start_and_cannot_be_written()
    {
        using var file = MemoryFile.Create("secret", "hello"u8);
        Assert.Equal(Errno.EBADF, Assert.Throws<LinuxException>(() => DescriptorIo.Write(file, "x"u8)).Errno);
        ChildSpec cat = new("/bin/cat", []) { StandardInput = file };
        Assert.Equal("hello", (await Output.OfAsync(cat)).Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_temporary_file_has_no_name_and_can_be_written_and_read(bool withTmpfile)
    {
        using var directory = new TemporaryDirectory();
        using var file = withTmpfile ? OpenFile.Temporary(directory.Path) : OpenFile.UnlinkedTemporary(directory.Path);
        RandomAccess.Write(file, "abc"u8, 0);
        Assert.Equal(3, FileFacts.Of(file).Size);
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, FileFacts.Of(file).Mode);
    }

    [Fact]
    public void Facts_tell_kinds_sizes_and_identities()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("a"), "12345");
        File.CreateSymbolicLink(directory.File("b"), "a");
        File.WriteAllText(directory.File("c"), "12345");
        using SafeFileHandle a = OpenFile.Open(directory.File("a"), writable: true), b = OpenFile.Open(directory.File("b"), writable: false);
        using SafeFileHandle c = OpenFile.Open(directory.File("c"), writable: false), zero = OpenFile.Open("/dev/zero", writable: false);
        using var dir = OpenFile.Directory(directory.Path);
        Assert.Equal((FileKind.Regular, 5L), (FileFacts.Of(a).Kind, FileFacts.Of(a).Size));
        Assert.Equal(FileFacts.Of(a).Identity, FileFacts.Of(b).Identity);
        Assert.NotEqual(FileFacts.Of(a).Identity, FileFacts.Of(c).Identity);
        Assert.Equal(FileKind.Other, FileFacts.Of(zero).Kind);
        Assert.Equal(FileKind.Directory, FileFacts.Of(dir).Kind);
        Assert.Throws<LinuxException>(() => OpenFile.Directory(directory.File("a")));
    }

    [Fact]
    public void A_block_device_has_its_capacity_and_its_own_number_as_identity()
    {
        var name = Directory.EnumerateDirectories("/sys/class/block").Select(Path.GetFileName).FirstOrDefault(one => CanRead($"/dev/{one}"));
        Assert.SkipWhen(name is null, "no block device that we may read");
        using var device = OpenFile.Open($"/dev/{name}", writable: false);
        var facts = FileFacts.Of(device);
        var number = $"{facts.Identity.Device >> 32}:{(uint)facts.Identity.Device}";
        Assert.Equal(FileKind.Block, facts.Kind);
        Assert.Equal(long.Parse(File.ReadAllText($"/sys/class/block/{name}/size")) * 512, facts.Size);
        Assert.Equal(File.ReadAllText($"/sys/class/block/{name}/dev").Trim(), number);
    }

    [Fact]
    public void A_fifo_without_a_writer_does_not_hold_the_opener()
    {
        using var directory = new TemporaryDirectory();
        using var made = Process.Start("mkfifo", directory.File("f"));
        made.WaitForExit();
        using var fifo = OpenFile.Open(directory.File("f"), writable: false);
        Assert.Equal(FileKind.Other, FileFacts.Of(fifo).Kind);
    }

    [Fact]
    public void A_file_system_in_memory_is_distinguished_from_others()
    {
        using SafeFileHandle memory = OpenFile.Directory("/dev/shm"), proc = OpenFile.Directory("/proc");
        Assert.True(FileSystemFacts.Of(memory).IsInMemory);
        Assert.False(FileSystemFacts.Of(proc).IsInMemory);
        var drive = new DriveInfo("/dev/shm");
        var difference = drive.AvailableFreeSpace - (long)FileSystemFacts.Of(memory).AvailableBytes;
        Assert.InRange(Math.Abs(difference), 0, 64L << 20);
    }

    [Fact]
    public void An_exclusive_lock_is_granted_once()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("a"), "");
        using SafeFileHandle first = OpenFile.Open(directory.File("a"), writable: true), second = OpenFile.Open(directory.File("a"), writable: true);
        Assert.True(FileLock.TryLockExclusive(first));
        Assert.True(FileLock.TryLockExclusive(first));
        Assert.False(FileLock.TryLockExclusive(second));
        first.Dispose();
        Assert.True(FileLock.TryLockExclusive(second));
    }

    [Fact]
    public async Task A_byte_that_another_process_has_locked_is_seen_and_its_neighbours_are_free()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("a");
        File.WriteAllText(path, "");
        using Pipe ready = Pipe.Create(), go = Pipe.Create();
        const string script = "import fcntl,sys,os\nf=open(sys.argv[1],'r+')\nfcntl.lockf(f,fcntl.LOCK_EX,1,201)\nfcntl.lockf(f.fileno(),fcntl.LOCK_UN,1,0)\nprint('locked',flush=True)\nsys.stdin.read()";
        using var holder = ChildProcess.Start(new ChildSpec("/usr/bin/env", ["python3", "-c", script, path]) { StandardInput = go.ReadEnd, StandardOutput = ready.WriteEnd });
        ready.WriteEnd.Dispose();
        Assert.Equal("locked", await Output.ReadLineAsync(ready.ReadEnd));
        using var file = OpenFile.Open(path, writable: true);
        Assert.True(FileLock.IsRangeLocked(file, 201, 1));
        Assert.True(FileLock.IsRangeLocked(file, 201, 1, exclusiveOnly: true));
        Assert.True(FileLock.IsRangeLocked(file, 100, 200));
        Assert.False(FileLock.IsRangeLocked(file, 200, 1));
        Assert.False(FileLock.IsRangeLocked(file, 202, 0));
        go.Dispose();
        await holder.Exited;
        Assert.False(FileLock.IsRangeLocked(file, 0, 0));
    }

    [Fact]
    public async Task The_tail_of_stderr_keeps_the_last_lines_and_passes_everything_on()
    {
        using var pipe = Pipe.Create();
        using var directory = new TemporaryDirectory();
        using var copy = File.OpenHandle(directory.File("copy"), FileMode.Create, FileAccess.ReadWrite);
        using var tail = new StderrTail(pipe.ReadEnd, copy);
        using var child = ChildProcess.Start(new ChildSpec("/bin/sh", ["-c", "seq 1 50000 >&2; echo failed: no >&2"]) { StandardError = pipe.WriteEnd });
        pipe.WriteEnd.Dispose();
        await tail.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.EndsWith("49999\n50000\nfailed: no", tail.Text, StringComparison.Ordinal);
        Assert.InRange(tail.Text.Length, StderrTail.Capacity - 100, StderrTail.Capacity);
        var expected = string.Concat(Enumerable.Range(1, 50000).Select(i => $"{i}\n")) + "failed: no\n";
        Assert.Equal(expected, Encoding.UTF8.GetString(File.ReadAllBytes(directory.File("copy"))));
    }

    [Fact]
    public async Task A_slow_reader_of_a_pipe_gets_everything_and_one_that_leaves_is_a_failure()
    {
        using var pipe = Pipe.Create();
        using var writer = new DescriptorWriter(pipe.WriteEnd);
        var writing = writer.TryWriteAsync(new byte[500_000]).AsTask();
        await Task.Delay(100);
        Assert.False(writing.IsCompleted);
        var buffer = new byte[300_000];
        var total = 0;
        while (total < 500_000)
            total += DescriptorIo.Read(pipe.ReadEnd, buffer);
        Assert.True(await writing);
        pipe.ReadEnd.Dispose();
        Assert.False(await writer.TryWriteAsync(new byte[1]));
        Assert.Equal(Errno.EPIPE, writer.Failure!.Errno);
    }

    private static bool CanRead(string path)
    {
        try
        {
            OpenFile.Open(path, writable: false).Dispose();
            return true;
        }
        catch (LinuxException)
        {
            return false;
        }
    }
}
