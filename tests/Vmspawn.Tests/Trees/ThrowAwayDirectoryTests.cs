using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Trees;

namespace Vmspawn.Tests.Trees;

public sealed class ThrowAwayDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Machines_of_one_name_never_share_a_directory() =>
        Assert.NotEqual(AbandonedTrees.NewPath(_directory.Path, "vm", 1), AbandonedTrees.NewPath(_directory.Path, "vm", 2));

    [Fact]
    public async Task The_directory_stays_locked_by_vmspawn_when_its_user_has_ended()
    {
        var path = AbandonedTrees.NewPath(_directory.Path, "vm", (ulong)Random.Shared.NextInt64());
        using var made = await ThrowAwayDirectory.MakeAsync(path, copyOf: null, TestContext.Current.CancellationToken);
        made.CopyLock().Dispose();
        AbandonedTrees.Remove(_directory.Path);
        Assert.True(Directory.Exists(path));
    }

    [Fact]
    public async Task After_vmspawn_was_killed_the_directory_stays_while_its_user_runs_and_a_later_machine_removes_it()
    {
        var path = AbandonedTrees.NewPath(_directory.Path, "vm", (ulong)Random.Shared.NextInt64());
        Directory.CreateDirectory(Path.Combine(path, AbandonedTrees.Upper));
        using (var user = OpenFile.Open(path, writable: false))
        {
            Assert.True(FileLock.TryLockExclusive(user));
            (await MakeAsync()).Dispose();
            Assert.True(Directory.Exists(path));
        }

        (await MakeAsync()).Dispose();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    [Fact]
    public async Task Many_machines_that_start_and_end_concurrently_keep_their_directories_and_leave_none()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 60; i++)
            {
                using var made = await MakeAsync();
                File.WriteAllText(Path.Combine(made.Path, AbandonedTrees.Upper, "written"), "");
            }
        })));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    [Fact]
    public async Task A_copy_that_is_cancelled_leaves_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var making = ThrowAwayDirectory.MakeAsync(AbandonedTrees.NewPath(_directory.Path, "vm", (ulong)Random.Shared.NextInt64()), "/usr", cancel.Token);
        await Task.Delay(100, TestContext.Current.CancellationToken);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => making.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        // cp has been killed; what it had begun to make may come a moment later, and is then swept.
        AbandonedTrees.Remove(_directory.Path);
        Draft.Sweep(_directory.Path);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    private Task<ThrowAwayDirectory> MakeAsync() =>
        ThrowAwayDirectory.MakeAsync(AbandonedTrees.NewPath(_directory.Path, "vm", (ulong)Random.Shared.NextInt64()), copyOf: null, TestContext.Current.CancellationToken);
}
