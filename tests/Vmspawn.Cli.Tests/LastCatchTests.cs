using Vmspawn.Cli.Running;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Tests;

public class LastCatchTests
{
    [Fact]
    public async Task A_failure_is_status_1_and_not_thrown_on()
    {
        Assert.Equal(1, await LastCatch.RunAsync(() => throw new InvalidOperationException("a test's own")));
        Assert.Equal(1, await LastCatch.RunAsync(async () =>
        {
            await Task.Yield();
            throw new LinuxException("open", "/x", Errno.EMFILE);
        }));
        Assert.Equal(7, await LastCatch.RunAsync(() => Task.FromResult(7)));
    }

    [Fact]
    public void A_failure_of_the_world_is_told_in_the_kernels_words_with_its_path()
    {
        Assert.Equal("open: /x: Too many open files (EMFILE) (VMSPAWN_TRACE=1 shows where)", LastCatch.Sentence(new LinuxException("open", "/x", Errno.EMFILE)));
        Assert.Equal("/etc/none/x: no such file or directory (VMSPAWN_TRACE=1 shows where)", Of(() => File.ReadAllText("/etc/none/x")));
        Assert.Equal("no such device (VMSPAWN_TRACE=1 shows where)", LastCatch.Sentence(new TypeInitializationException("T", new IOException("x", (int)Errno.ENODEV))));
        Assert.StartsWith("no memory", LastCatch.Sentence(new TaskSchedulerException(new OutOfMemoryException())), StringComparison.Ordinal);
        Assert.StartsWith("no memory", LastCatch.Sentence(new InsufficientMemoryException()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_of_ours_is_told_as_one()
    {
        Assert.StartsWith("an error of vmspawn itself: InvalidOperationException: odd", LastCatch.Sentence(new InvalidOperationException("odd")), StringComparison.Ordinal);
        Assert.Equal(LastCatch.Sentence(new InvalidOperationException("odd")), LastCatch.Sentence(new AggregateException(new InvalidOperationException("odd"))));
    }

    private static string Of(Action action) => LastCatch.Sentence(Assert.ThrowsAny<Exception>(action));
}
