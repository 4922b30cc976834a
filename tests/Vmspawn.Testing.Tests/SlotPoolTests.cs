using System.Diagnostics;
using Vmspawn.Testing.Slots;
using Vmspawn.Tests;

namespace Vmspawn.Testing.Tests;

public sealed class SlotPoolTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_machine_waits_until_another_gives_its_processors_back()
    {
        var first = await Take(2, 1);
        using var second = await Take(2, 1);
        var third = Take(2, 1);
        await Task.Delay(300, Cancel);
        Assert.False(third.IsCompleted);
        first.Dispose();
        using var given = await third;
        Assert.Equal(1, given.Count);
    }

    [Fact]
    public async Task A_machine_with_more_processors_than_there_are_takes_them_all()
    {
        using (var all = await Take(2, 8))
        {
            Assert.Equal(2, all.Count);
            await Assert.ThrowsAsync<TestMachineException>(() => Take(2, 1, limit: TimeSpan.Zero));
        }

        using var one = await Take(2, 1);
    }

    [Fact]
    public async Task A_wait_that_is_too_long_names_the_holders()
    {
        using var held = await Take(3, 2, "first of process 5");
        using var other = await Take(3, 1, "second of process 6");
        var error = await Assert.ThrowsAsync<TestMachineException>(() => Take(3, 2, "third of process 7", TimeSpan.FromMilliseconds(200)));
        Assert.Equal(
            "third of process 7: no 2 virtual processors of 3 for tests became free within 0.2 s; held by first of process 5 (2), second of process 6 (1). VMSPAWN_TEST_CPUS= sets how many there are",
            error.Message);
        Assert.Empty(Waiting());
    }

    [Fact]
    public async Task Whoever_came_first_is_served_first_even_if_it_needs_more()
    {
        var (one, two) = (await Take(2, 1), await Take(2, 1));
        var large = Take(2, 2);
        while (Waiting().Length < 1)
            await Task.Delay(20, Cancel);
        var small = Take(2, 1);
        one.Dispose();
        await Task.Delay(500, Cancel);
        Assert.False(small.IsCompleted);
        Assert.False(large.IsCompleted);
        two.Dispose();
        using (await large)
        {
            await Task.Delay(200, Cancel);
            Assert.False(small.IsCompleted);
        }

        using var last = await small;
    }

    [Fact]
    public async Task Of_a_killed_process_neither_processors_nor_the_place_in_the_line_are_kept()
    {
        var (slot, ticket) = (_directory["slot-0"], _directory["wait-0000000000000000-0000000000000001"]);
        using var holder = Process.Start(new ProcessStartInfo("bash", ["-c", "exec 8>>\"$1\" 9>>\"$2\"; flock 8; flock 9; echo held; exec sleep 1000", "bash", slot, ticket]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(Cancel));
        await Assert.ThrowsAsync<TestMachineException>(() => Take(1, 1, limit: TimeSpan.FromMilliseconds(200)));
        holder.Kill();
        using var taken = await Take(1, 1);
        Assert.Empty(Waiting());
    }

    [Fact]
    public async Task A_cancelled_wait_leaves_the_line()
    {
        using var held = await Take(1, 1);
        using var stop = new CancellationTokenSource();
        var waiting = new SlotPool(_directory.Path, 1, TimeProvider.System).TakeAsync(1, "x", Bound, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Empty(Waiting());
    }

    private Task<SlotLease> Take(int count, int processors, string holder = "a machine", TimeSpan? limit = null) =>
        new SlotPool(_directory.Path, count, TimeProvider.System).TakeAsync(processors, holder, limit ?? Bound, Cancel);

    private string[] Waiting() => Directory.GetFiles(_directory.Path, "wait-*");
}
