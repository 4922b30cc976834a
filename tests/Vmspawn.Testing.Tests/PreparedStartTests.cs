using Vmspawn.Testing.Cache;
using Vmspawn.Testing.Starts;
using Vmspawn.Tests;

namespace Vmspawn.Testing.Tests;

/// <summary>The order of boots, freezes and restores; machines are texts here.</summary>
public sealed class PreparedStartTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _done = [];

    /// <summary>What a restore throws, one after the other; null for success.</summary>
    private readonly Queue<Exception?> _restores = [];

    private string? _whyNotFrozen;
    private Exception? _bootFailure;
    private Exception? _turnFailure;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Path => _directory["cache"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_first_start_freezes_and_each_start_restores()
    {
        Assert.Equal(("restored", true, null), await Start());
        Assert.Equal(("restored", true, null), await Start());
        Assert.Equal(["boot", "freeze", "restore", "restore"], _done);
    }

    [Fact]
    public async Task A_damaged_machine_is_frozen_anew_with_the_reason()
    {
        await Start();
        _restores.Enqueue(new IOException("it is torn"));
        _done.Clear();
        Assert.Equal(("restored", true, null), await Start());
        Assert.Equal(["restore", $"it cannot be restored from {Entry()}: it is torn; it is frozen anew", "boot", "freeze", "restore"], _done);
        _done.Clear();
        await Start();
        Assert.Equal(["restore"], _done);
    }

    [Fact]
    public async Task Where_restoring_does_not_work_each_start_boots_and_says_why()
    {
        _restores.Enqueue(new IOException("no"));
        _restores.Enqueue(new IOException("no again"));
        Assert.Equal(("booted", false, $"it cannot be restored from {Entry()}: no again"), await Start());
        Assert.Equal(
            [
                "boot", "freeze", "restore", $"it cannot be restored from {Entry()}: no; it is frozen anew",
                "boot", "freeze", "restore", $"it cannot be restored from {Entry()}: no again", $"it is booted instead of restored, because it cannot be restored from {Entry()}: no again", "boot",
            ],
            _done);
        // Nobody has it locked any more.
        Assert.True(Linux.FileLock.TryLockExclusive(Linux.OpenFile.Open(Entry(), writable: false)));
    }

    [Fact]
    public async Task A_machine_that_cannot_be_frozen_is_used_as_it_is()
    {
        _whyNotFrozen = "the disk is full";
        Assert.Equal(("booted", false, "the disk is full"), await Start());
        Assert.Equal(["boot", "freeze", "it is booted at each start, because the disk is full"], _done);
        Assert.Empty(Directory.GetDirectories(Path));
    }

    [Fact]
    public async Task Without_a_usable_cache_machines_are_booted()
    {
        Directory.Delete(Directory.CreateDirectory(Path).FullName);
        await File.WriteAllTextAsync(Path, "", Cancel);
        Assert.Equal(("booted", false, "no frozen machine can be made: open: " + Entry() + ".lock: Not a directory (ENOTDIR)"), await Start());
        Assert.Equal("boot", _done[^1]);
        Assert.Single(_done, "boot");
    }

    [Fact]
    public async Task A_machine_that_does_not_boot_is_not_booted_twice()
    {
        _bootFailure = new TestMachineException("it did not become ready");
        Assert.Same(_bootFailure, await Assert.ThrowsAsync<TestMachineException>(Start));
        Assert.Equal(["boot"], _done);
    }

    [Fact]
    public async Task A_frozen_machine_whose_turn_does_not_come_is_not_taken_for_damaged()
    {
        await Start();
        _done.Clear();
        _turnFailure = new TestMachineException("no virtual processor became free");
        Assert.Same(_turnFailure, await Assert.ThrowsAsync<TestMachineException>(Start));
        _turnFailure = null;
        await Start();
        Assert.Equal(["restore"], _done);
    }

    [Fact]
    public async Task A_cancelled_restore_damages_nothing()
    {
        await Start();
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        _restores.Enqueue(new OperationCanceledException(stop.Token));
        await Assert.ThrowsAsync<OperationCanceledException>(() => Start(stop.Token));
        _done.Clear();
        await Start();
        Assert.Equal(["restore"], _done);
    }

    private Task<(string Machine, bool HasEntry, string? WhyBooted)> Start() => Start(Cancel);

    private async Task<(string Machine, bool HasEntry, string? WhyBooted)> Start(CancellationToken cancel)
    {
        if (!File.Exists(Path))
            Directory.CreateDirectory(Path);
        var start = new PreparedStart<string>(_done.Add)
        {
            TakeTurn = _ => _turnFailure is null ? Task.CompletedTask : Task.FromException(_turnFailure),
            Boot = _ =>
            {
                _done.Add("boot");
                return _bootFailure is null ? Task.FromResult("booted") : Task.FromException<string>(_bootFailure);
            },
            Freeze = async (machine, path, stop) =>
            {
                _done.Add("freeze");
                if (_whyNotFrozen is null)
                    await File.WriteAllTextAsync(path, machine, stop);
                return _whyNotFrozen;
            },
            Restore = (path, _) =>
            {
                _done.Add("restore");
                Assert.True(File.Exists(path));
                return _restores.TryDequeue(out var failure) && failure is not null ? Task.FromException<string>(failure) : Task.FromResult("restored");
            },
        };
        var (started, entry, why, _) = await start.RunAsync(Cache, "key", null, TimeSpan.FromSeconds(30), cancel);
        using (entry)
            return (started, entry is not null, why);
    }

    private string Entry() => Cache().PathOf("key");

    private MadeOnce Cache() => new(Path, 1 << 30, TimeProvider.System, _done.Add);
}
