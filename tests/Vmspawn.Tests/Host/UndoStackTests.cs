using Vmspawn.Host;
using Vmspawn.Linux;

namespace Vmspawn.Tests.Host;

public class UndoStackTests
{
    private readonly List<string> _told = [];
    private readonly List<string> _done = [];

    [Fact]
    public async Task All_steps_are_undone_in_reverse_order_whatever_each_of_them_throws()
    {
        var stack = new UndoStack(_told.Add);
        stack.Add("undo a", Step("a", null));
        stack.Add("undo b", Step("b", new LinuxException("unlink", "/b", Errno.EACCES)));
        stack.Add("undo c", Step("c", new UnauthorizedAccessException("Access to the path '/c' is denied.")));
        stack.Add("undo d", Step("d", new InvalidOperationException("a fault of ours")));
        stack.Add("undo e", Step("e", new AggregateException("many")));
        await stack.DisposeAsync();
        Assert.Equal(["e", "d", "c", "b", "a"], _done);
        Assert.Equal(["cannot undo e: many", "cannot undo d: a fault of ours", "cannot undo c: permission denied", "cannot undo b: unlink: /b: Permission denied (EACCES)"], _told);
    }

    [Fact]
    public async Task A_second_disposal_undoes_nothing_again()
    {
        var stack = new UndoStack(_told.Add);
        stack.Add("undo a", Step("a", new IOException("no")));
        await stack.DisposeAsync();
        await stack.DisposeAsync();
        Assert.Single(_done);
        Assert.Single(_told);
    }

    [Fact]
    public async Task A_report_that_cannot_be_written_does_not_stop_the_undo_steps()
    {
        var stack = new UndoStack(_ => throw new IOException("standard error is closed"));
        stack.Add("undo a", Step("a", null));
        stack.Add("undo b", Step("b", new IOException("no")));
        await stack.DisposeAsync();
        Assert.Equal(["b", "a"], _done);
    }

    [Fact]
    public async Task Objects_are_disposed_asynchronously_where_they_can_be()
    {
        var stack = new UndoStack(_told.Add);
        stack.Add("close it", new Plain(_done));
        stack.Add("end it", new Both(_done));
        Assert.Throws<ArgumentException>(() => stack.Add("undo it", new object()));
        await stack.DisposeAsync();
        Assert.Equal(["asynchronous", "plain"], _done);
    }

    private Func<ValueTask> Step(string name, Exception? failure) => async () =>
    {
        await Task.Yield();
        _done.Add(name);
        if (failure is not null)
            throw failure;
    };

    private sealed class Plain(List<string> done) : IDisposable
    {
        public void Dispose() => done.Add("plain");
    }

    private sealed class Both(List<string> done) : IDisposable, IAsyncDisposable
    {
        public void Dispose() => done.Add("wrong");

        public ValueTask DisposeAsync()
        {
            done.Add("asynchronous");
            return ValueTask.CompletedTask;
        }
    }
}
