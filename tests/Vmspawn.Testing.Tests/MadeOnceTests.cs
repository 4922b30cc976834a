using Vmspawn.Linux;
using Vmspawn.Testing.Cache;
using Vmspawn.Tests;

namespace Vmspawn.Testing.Tests;

public sealed class MadeOnceTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _log = [];
    private int _made;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_entry_is_made_once_and_found_by_its_key()
    {
        using var first = await Get("a");
        using var again = await Get("a");
        using var other = await Get("b");
        Assert.Equal(2, _made);
        Assert.Equal(first.Path, again.Path);
        Assert.Equal("made 2", await File.ReadAllTextAsync(other.Content, Cancel));
        Assert.Empty(Drafts());
    }

    [Fact]
    public async Task Two_that_want_it_at_once_make_it_once()
    {
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = Get("a", make: async path =>
        {
            began.SetResult();
            await go.Task;
            await Make(path);
        });
        await began.Task;
        var second = Get("a");
        await Task.Delay(300, Cancel);
        Assert.False(second.IsCompleted);
        Assert.Contains($"waiting for process {Environment.ProcessId}, which makes the same machine", _log);
        go.SetResult();
        using var one = await first;
        using var two = await second;
        Assert.Equal(1, _made);
    }

    [Fact]
    public async Task Whoever_waits_too_long_for_another_process_is_told_for_which()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = Get("a", make: async path =>
        {
            await go.Task;
            await Make(path);
        });
        var error = await Assert.ThrowsAsync<TimeoutException>(() => Get("a", patience: TimeSpan.FromMilliseconds(300)));
        Assert.Equal($"process {Environment.ProcessId} has not made the same machine within 0.3 s", error.Message);
        go.SetResult();
        using var one = await first;
    }

    [Fact]
    public async Task What_could_not_be_made_is_not_found_and_leaves_nothing()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Get("a", make: async path =>
        {
            await Make(path);
            throw new InvalidOperationException();
        }));
        Assert.Null(await Cache().GetAsync("a", null, Bound, (_, _) => Task.FromResult(false), Cancel));
        Assert.Empty(Directory.GetDirectories(_directory.Path));
        using var made = await Get("a");
        Assert.Equal("made 2", await File.ReadAllTextAsync(made.Content, Cancel));
    }

    [Fact]
    public async Task What_a_killed_process_has_half_made_is_removed_and_what_another_makes_now_stays()
    {
        using var now = CacheDraft.Create(_directory.Path);
        var killed = Directory.CreateDirectory(_directory[".draft-of-a-killed-process"]).FullName;
        await File.WriteAllTextAsync(Path.Combine(killed, "content"), "half", Cancel);
        await File.WriteAllTextAsync(Path.Combine(killed, "key"), "a", Cancel);
        using var made = await Get("a");
        Assert.Equal("made 1", await File.ReadAllTextAsync(made.Content, Cancel));
        Assert.Equal([now.Path], Drafts());
    }

    [Fact]
    public async Task A_damaged_entry_is_made_anew_while_others_still_use_it()
    {
        using var user = await Get("a");
        using (var anew = await Get("a", bad: await Get("a")))
            Assert.Equal("made 2", await File.ReadAllTextAsync(anew.Content, Cancel));
        // The old one is used.
        var old = Assert.Single(Drafts());
        Assert.Equal("made 1", await File.ReadAllTextAsync(Path.Combine(old, "content"), Cancel));
        user.Dispose();
        using var other = await Get("b");
        Assert.Empty(Drafts());
    }

    [Fact]
    public async Task A_damaged_entry_that_another_process_has_replaced_is_not_made_again()
    {
        var (one, two) = (await Get("a"), await Get("a"));
        using var replaced = await Get("a", bad: one);
        using var found = await Get("a", bad: two);
        Assert.Equal(2, _made);
        Assert.Equal("made 2", await File.ReadAllTextAsync(found.Content, Cancel));
    }

    [Fact]
    public async Task An_entry_with_another_key_or_none_is_not_used()
    {
        var path = (await Get("a")).Path;
        await File.WriteAllTextAsync(Path.Combine(path, "key"), "b", Cancel);
        (await Get("a")).Dispose();
        Assert.Equal($"{path} is not used, because its key is another one", _log[0]);
        File.Delete(Path.Combine(path, "key"));
        (await Get("a")).Dispose();
        Assert.Equal($"{path} is not used, because it cannot be read: no such file or directory", _log[^1]);
        Assert.Equal(3, _made);
    }

    [Fact]
    public async Task The_cache_keeps_what_was_used_last_and_what_is_in_use()
    {
        string[] keys = ["a", "b", "c", "d"];
        using (var used = await Get("a", make: Megabyte))
        {
            foreach (var key in keys[1..3])
            {
                var entry = await Get(key, make: Megabyte);
                entry.Dispose();
                File.SetLastWriteTimeUtc(Path.Combine(entry.Path, "key"), DateTime.UtcNow.AddHours(key == "b" ? -1 : -2));
            }

            File.SetLastWriteTimeUtc(Path.Combine(used.Path, "key"), DateTime.UtcNow.AddHours(-3));
            (await Get("d", make: Megabyte, limit: 3 << 20)).Dispose();
            Assert.Equal(["a", "b", "d"], keys.Where(IsThere));
            Assert.Equal($"removing {Cache().PathOf("c")}, which was used least recently, because the cache is larger than 3 MiB", _log[^1]);
        }

        // It is unlocked, and the oldest.
        (await Get("e", make: Megabyte, limit: 3 << 20)).Dispose();
        Assert.Equal(["b", "d"], keys.Where(IsThere));
        Assert.Empty(Drafts());
        Assert.Equal(3, Directory.GetFiles(_directory.Path, "*.lock").Length);
    }

    [Fact]
    public async Task A_use_counts_for_the_order_of_removal()
    {
        foreach (var key in (string[])["a", "b"])
        {
            var entry = await Get(key, make: Megabyte);
            entry.Dispose();
            File.SetLastWriteTimeUtc(Path.Combine(entry.Path, "key"), DateTime.UtcNow.AddHours(key == "a" ? -2 : -1));
        }

        (await Get("a")).Dispose();
        (await Get("c", make: Megabyte, limit: 2 << 20)).Dispose();
        Assert.True(IsThere("a"));
        Assert.False(IsThere("b"));
    }

    private async Task<CacheEntry> Get(string key, CacheEntry? bad = null, Func<string, Task>? make = null, TimeSpan? patience = null, long limit = 1 << 30)
    {
        var entry = await Cache(limit).GetAsync(key, bad, patience ?? Bound, async (path, _) =>
        {
            await (make ?? Make)(path);
            return true;
        }, Cancel);
        return entry!;
    }

    private MadeOnce Cache(long limit = 1 << 30) => new(_directory.Path, limit, TimeProvider.System, text =>
    {
        lock (_log)
            _log.Add(text);
    });

    private Task Make(string path) => File.WriteAllTextAsync(path, $"made {Interlocked.Increment(ref _made)}", Cancel);

    /// <summary>A little less on the disk, so that three of them fit into three MiB with their keys.</summary>
    private static async Task Megabyte(string path)
    {
        using var file = NewFile.Create(path);
        RandomAccess.SetLength(file, 1L << 40);
        await RandomAccess.WriteAsync(file, new byte[1_000_000], 0, Cancel);
        RandomAccess.FlushToDisk(file);
    }

    private bool IsThere(string key) => Directory.Exists(Cache().PathOf(key));

    private string[] Drafts() => Directory.GetDirectories(_directory.Path, ".draft-*");
}
