using Vmspawn.Cli.Running;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Tests;

public class LastCatchTests
{
    [Fact]
    public async Task A_failure_is_status_1_and_not_thrown_on()
    {
        Assert.Equal(1, await LastCatch.RunAsync(_ => throw new InvalidOperationException("a test's own")));
        Assert.Equal(1, await LastCatch.RunAsync(async _ =>
        {
            await Task.Yield();
            throw new LinuxException("open", "/x", Errno.EMFILE);
        }));
        Assert.Equal(7, await LastCatch.RunAsync(_ => Task.FromResult(7)));
    }

    [Fact]
    public async Task A_failure_that_ends_its_thread_waits_until_the_program_has_undone_what_it_did()
    {
        using var failure = new CancellationTokenSource();
        using var ended = new ManualResetEventSlim();
        var isUndone = false;
        var program = Task.Run(async () =>
        {
            await Task.Delay(Timeout.Infinite, failure.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Delay(100);
            isUndone = true;
            ended.Set();
        });
        LastCatch.Fail(new InvalidOperationException("a test's own"), failure, ended, TimeSpan.FromSeconds(30));
        Assert.True(isUndone);
        await program;
    }

    [Fact]
    public void A_program_that_does_not_end_is_not_waited_for_longer_than_the_bound()
    {
        using var failure = new CancellationTokenSource();
        using var ended = new ManualResetEventSlim();
        failure.Token.Register(() => throw new InvalidOperationException("in the undo"));
        LastCatch.Fail(new InvalidOperationException("a test's own"), failure, ended, TimeSpan.FromMilliseconds(50));
        Assert.False(ended.IsSet);
    }

    [Fact]
    public void A_failed_system_call_is_reported_with_the_kernels_text_and_the_path()
    {
        Assert.Equal("open: /x: Too many open files (EMFILE) (VMSPAWN_TRACE=1 shows where)", LastCatch.Sentence(new LinuxException("open", "/x", Errno.EMFILE)));
        Assert.Equal("/etc/none/x: no such file or directory (VMSPAWN_TRACE=1 shows where)", Of(() => File.ReadAllText("/etc/none/x")));
        Assert.Equal("no such device (VMSPAWN_TRACE=1 shows where)", LastCatch.Sentence(new TypeInitializationException("T", new IOException("x", (int)Errno.ENODEV))));
        Assert.StartsWith("no memory", LastCatch.Sentence(new TaskSchedulerException(new InsufficientMemoryException())), StringComparison.Ordinal);
        Assert.StartsWith("no memory", LastCatch.Sentence(new InsufficientMemoryException()), StringComparison.Ordinal);
        Assert.StartsWith("no memory or no thread", LastCatch.Sentence(new TypeInitializationException("T", new IOException("x", (int)Errno.EAGAIN))), StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_of_vmspawn_itself_is_reported_as_one()
    {
        Assert.StartsWith("an error of vmspawn itself: InvalidOperationException: odd", LastCatch.Sentence(new InvalidOperationException("odd")), StringComparison.Ordinal);
        Assert.Equal(LastCatch.Sentence(new InvalidOperationException("odd")), LastCatch.Sentence(new AggregateException(new InvalidOperationException("odd"))));
    }

    private static string Of(Action action) => LastCatch.Sentence(Assert.ThrowsAny<Exception>(action));
}
