namespace Vmspawn.Linux.Tests;

public sealed class ParentDeathTests
{
    [Theory]
    [InlineData("self")]
    [InlineData("setpriv")]
    public async Task A_grandchild_dies_when_its_parent_is_killed(string trampoline)
    {
        var grandchild = await KillParentAsync(trampoline);
        Assert.True(await ProcessState.EndsAsync(grandchild, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task A_grandchild_that_was_not_to_die_with_its_parent_lives_on()
    {
        var grandchild = await KillParentAsync("none");
        Assert.False(await ProcessState.EndsAsync(grandchild, TimeSpan.FromMilliseconds(500)));
        Assert.Equal(0, Libc.Kill(grandchild, (int)Signal.SIGKILL));
    }

    [Theory]
    [InlineData("self")]
    [InlineData("setpriv")]
    public async Task A_trampoline_leaves_no_trace_in_the_program(string trampoline)
    {
        (var text, var exit) = await Output.OfAsync(ChildPrograms.Spec("describe", trampoline));
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // descriptor 3 is ls's own, on the directory that it lists
        Assert.Matches("^SigBlk:\t0{16}$", lines[0]);
        Assert.Matches("^SigIgn:\t0{7}[01][08]0{7}$", lines[1]);
        Assert.Equal(["0", "1", "2", "3", "7", "zero a b"], lines[2..]);
        Assert.Equal(0, exit.ExitCode);
    }

    [Theory]
    [InlineData("self", "/no/such", "execve: /no/such: No such file or directory (ENOENT)")]
    [InlineData("self", "/etc/passwd", "execve: /etc/passwd: Permission denied (EACCES)")]
    [InlineData("setpriv", "/no/such", "execve: /no/such: No such file or directory (ENOENT)")]
    [InlineData("setpriv", "/etc", "execve: /etc: Permission denied (EACCES)")]
    public async Task A_program_that_cannot_be_executed_is_reported_with_its_errno(string trampoline, string path, string message)
    {
        (var text, var exit) = await Output.OfAsync(ChildPrograms.Spec("exec", trampoline, path));
        Assert.Equal(message, text.Trim());
        Assert.Equal(3, exit.ExitCode);
    }

    [Fact]
    public void Ordinary_arguments_are_no_trampoline()
    {
        Assert.False(ParentDeath.TryRunTrampoline(["--image=x"], out _));
        Assert.False(ParentDeath.TryRunTrampoline([], out _));
    }

    private static async Task<int> KillParentAsync(string trampoline)
    {
        using var pipe = Pipe.Create();
        using var parent = ChildProcess.Start(ChildPrograms.Spec("parent", trampoline) with { StandardOutput = pipe.WriteEnd });
        pipe.WriteEnd.Dispose();
        var grandchild = int.Parse(await Output.ReadLineAsync(pipe.ReadEnd));
        Assert.NotEqual('X', ProcessState.Of(grandchild));
        Assert.True(parent.Send(Signal.SIGKILL));
        await parent.Exited;
        return grandchild;
    }
}
