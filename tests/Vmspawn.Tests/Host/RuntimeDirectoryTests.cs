using Vmspawn.Host;
using Vmspawn.Linux;

namespace Vmspawn.Tests.Host;

public sealed class RuntimeDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<Problem> _problems = [];

    private RuntimeBase Base => new(_directory.Path, IsFallback: false);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_directory_is_private_while_it_is_held_and_removed_afterwards_with_its_lock()
    {
        using (var runtime = RuntimeDirectoryHandle.Claim(Base, "m", _problems)!)
        {
            Assert.Equal(_directory["m"], runtime.Path);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(runtime.Path));
            File.WriteAllText(runtime.PathOf("file"), "");
            Directory.CreateDirectory(runtime.PathOf("sub/sub"));
        }

        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void A_second_machine_of_the_name_is_refused_with_the_pid_of_the_first_and_the_first_keeps_its_files()
    {
        using var first = RuntimeDirectoryHandle.Claim(Base, "m", _problems)!;
        File.WriteAllText(first.PathOf("file"), "");
        Assert.Null(RuntimeDirectoryHandle.Claim(Base, "m", _problems));
        var problem = Assert.Single(_problems);
        Assert.Equal("machine-running", problem.Code);
        Assert.Equal($"a machine of this name is running already, as process {Environment.ProcessId}", problem.Text);
        Assert.True(File.Exists(first.PathOf("file")));
        using var other = RuntimeDirectoryHandle.Claim(Base, "n", _problems);
        Assert.NotNull(other);
    }

    // As a child does for a moment that another thread starts just then: it has our descriptors until it executes its program.
    [Fact]
    public void The_directory_is_removed_although_another_descriptor_has_it_locked()
    {
        var runtime = RuntimeDirectoryHandle.Claim(Base, "m", _problems)!;
        using var held = OpenFile.Open(runtime.Path, writable: false);
        Assert.True(FileLock.TryLockExclusive(held));
        runtime.Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void A_released_name_can_be_taken_again()
    {
        RuntimeDirectoryHandle.Claim(Base, "m", _problems)!.Dispose();
        using var again = RuntimeDirectoryHandle.Claim(Base, "m", _problems);
        Assert.NotNull(again);
    }

    [Fact]
    public void What_a_dead_run_left_is_emptied_and_a_link_in_it_is_not_followed()
    {
        Directory.CreateDirectory(_directory["m"]);
        Directory.CreateDirectory(_directory["precious"]);
        File.WriteAllText(_directory["precious/file"], "");
        File.WriteAllText(_directory["m/pid"], "4242\n");
        File.WriteAllText(_directory[".m.lock"], "");
        File.CreateSymbolicLink(_directory["m/link"], _directory["precious"]);
        using var runtime = RuntimeDirectoryHandle.Claim(Base, "m", _problems)!;
        Assert.Equal([runtime.PathOf("pid")], Directory.GetFileSystemEntries(runtime.Path));
        Assert.Equal(Environment.ProcessId, RuntimeDirectoryHandle.ReadPid(runtime.Path));
        Assert.True(File.Exists(_directory["precious/file"]));
    }

    [Fact]
    public void What_killed_runs_of_other_names_left_is_removed_and_what_is_held_or_of_another_program_stays()
    {
        foreach (var name in (string[])["dead", "foreign", "unknown"])
        {
            Directory.CreateDirectory(_directory[name]);
            File.WriteAllText(_directory[$"{name}/key"], "");
        }

        Directory.CreateDirectory(_directory["target"]);
        File.CreateSymbolicLink(_directory["link"], _directory["target"]);
        File.WriteAllText(_directory["target/pid"], "4242\n");
        File.WriteAllText(_directory["dead/pid"], "4242\n");
        foreach (var name in (string[])["dead", "foreign", "link", "gone", "cid:7"])
            File.WriteAllText(_directory[$".{name}.lock"], "");
        using (var running = RuntimeDirectoryHandle.Claim(Base, "running", _problems)!)
        {
            AbandonedRuns.Remove(Base);
            Assert.True(File.Exists(running.PathOf("pid")));
        }

        string[] left = ["foreign", "link", "target", "unknown"];
        Assert.Equal(left, Directory.GetFileSystemEntries(_directory.Path).Select(Path.GetFileName).Order());
        Assert.True(File.Exists(_directory["foreign/key"]) && File.Exists(_directory["target/pid"]));
    }

    [Fact]
    public void Throw_away_directories_elsewhere_go_with_the_runtime_directory_of_a_killed_run_when_nobody_has_them_locked()
    {
        using var elsewhere = new TemporaryDirectory();
        Directory.CreateDirectory(elsewhere["tree/upper"]);
        Directory.CreateDirectory(_directory["dead"]);
        File.WriteAllText(_directory["dead/pid"], "4242\n");
        File.WriteAllText(_directory["dead/elsewhere"], $"{elsewhere["never-made"]}\0{elsewhere["tree"]}\0");
        File.WriteAllText(_directory[".dead.lock"], "");
        using (var helper = OpenFile.Open(elsewhere["tree"], writable: false))
        {
            Assert.True(FileLock.TryLockExclusive(helper));
            AbandonedRuns.Remove(Base);
            Assert.True(Directory.Exists(elsewhere["tree/upper"]) && File.Exists(_directory["dead/elsewhere"]));
        }

        AbandonedRuns.Remove(Base);
        Assert.False(Directory.Exists(elsewhere["tree"]));
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public async Task A_name_is_held_briefly_until_a_living_process_is_recorded()
    {
        Assert.True(RuntimeDirectoryHandle.IsHeldBriefly(Base, "m"));
        using (RuntimeDirectoryHandle.Claim(Base, "m", _problems))
            Assert.False(RuntimeDirectoryHandle.IsHeldBriefly(Base, "m"));
        using var ended = System.Diagnostics.Process.Start("true");
        await ended.WaitForExitAsync();
        Directory.CreateDirectory(_directory["m"]);
        await File.WriteAllTextAsync(_directory["m/pid"], $"{ended.Id}\n");
        Assert.True(RuntimeDirectoryHandle.IsHeldBriefly(Base, "m"));
    }

    [Fact]
    public void A_directory_whose_making_was_interrupted_is_taken_over()
    {
        // Of versions that made the directory first and the file in it afterwards.
        Directory.CreateDirectory(_directory["empty"]);
        Directory.CreateDirectory(_directory["half"]);
        File.WriteAllText(_directory["half/pid"], "");
        foreach (var name in (string[])["empty", "half"])
        {
            using var runtime = RuntimeDirectoryHandle.Claim(Base, name, _problems)!;
            Assert.Equal(Environment.ProcessId, RuntimeDirectoryHandle.ReadPid(runtime.Path));
        }

        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void The_lock_is_accessible_to_its_owner_only_so_that_no_other_user_can_block_a_name()
    {
        using var runtime = RuntimeDirectoryHandle.Claim(Base, "m", _problems)!;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory[".m.lock"]));
    }

    [Fact]
    public void Files_of_another_program_are_not_changed()
    {
        Directory.CreateDirectory(_directory["m"]);
        File.WriteAllText(_directory["m/their.sock"], "");
        Directory.CreateDirectory(_directory["target"]);
        File.CreateSymbolicLink(_directory["n"], _directory["target"]);
        File.WriteAllText(_directory["o"], "");
        foreach (var name in (string[])["m", "n", "o"])
            Assert.Null(RuntimeDirectoryHandle.Claim(Base, name, _problems));
        Assert.Equal(["runtime-foreign", "runtime-foreign", "runtime-foreign"], _problems.Select(p => p.Code));
        Assert.True(File.Exists(_directory["m/their.sock"]));
        Assert.True(Directory.Exists(_directory["target"]));
        Assert.Empty(Directory.GetFiles(_directory.Path, ".*"));
    }

    [Fact]
    public async Task Of_many_concurrent_claims_of_a_name_exactly_one_succeeds_at_any_time()
    {
        var inside = 0;
        var most = 0;
        var times = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                using var runtime = RuntimeDirectoryHandle.Claim(Base, "m", []);
                if (runtime is null)
                    continue;
                var now = Interlocked.Increment(ref inside);
                most = Math.Max(most, now);
                Interlocked.Increment(ref times);
                Assert.True(File.Exists(runtime.PathOf("pid")));
                Interlocked.Decrement(ref inside);
            }
        })));
        Assert.Equal(1, most);
        Assert.True(times > 0);
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }
}
