using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux.Tests;

public sealed class TerminalTests
{
    [Fact]
    public async Task A_pseudo_terminal_carries_raw_bytes_both_ways_and_tells_the_end()
    {
        using var pty = PseudoTerminal.Create();
        Assert.True(TerminalMode.IsTerminal(pty.Slave));
        Assert.StartsWith("/dev/pts/", pty.Path, StringComparison.Ordinal);
        var buffer = new byte[100];
        Assert.Equal(-1, DescriptorIo.Read(pty.Master, buffer));
        DescriptorIo.Write(pty.Slave, "a\nb"u8);
        using var readiness = new Readiness(pty.Master);
        await readiness.WaitReadableAsync();
        Assert.Equal("a\nb"u8, buffer.AsSpan(0, DescriptorIo.Read(pty.Master, buffer)));
        DescriptorIo.Write(pty.Master, "\x03\r"u8);
        Assert.Equal("\x03\r"u8, buffer.AsSpan(0, DescriptorIo.Read(pty.Slave, buffer)));
        pty.Slave.Dispose();
        await readiness.WaitReadableAsync();
        Assert.Equal(Errno.EIO, Assert.Throws<LinuxException>(() => DescriptorIo.Read(pty.Master, buffer)).Errno);
    }

    [Fact]
    public async Task A_child_sees_the_window_size_that_we_set()
    {
        using var pty = PseudoTerminal.Create();
        pty.Size = new WindowSize(43, 132);
        Assert.Equal("43 132\n", (await Output.OfAsync(new ChildSpec("/bin/stty", ["size"]) { StandardInput = pty.Slave })).Text);
    }

    [Fact]
    public async Task Raw_mode_is_undone_by_disposal_even_after_an_exception()
    {
        using var pty = PseudoTerminal.Create();
        await CookAsync(pty.Slave);
        var before = await SettingsAsync(pty.Slave);
        Assert.Throws<InvalidOperationException>(void () =>
        {
            using var raw = TerminalMode.MakeRaw(pty.Slave);
            Assert.NotEqual(before, SettingsAsync(pty.Slave).GetAwaiter().GetResult());
            throw new InvalidOperationException();
        });
        Assert.Equal(before, await SettingsAsync(pty.Slave));
    }

    [Theory]
    [InlineData("SIGTERM")]
    [InlineData("SIGHUP")]
    [InlineData("exit")]
    [InlineData("crash")]
    public async Task Raw_mode_is_undone_when_the_process_ends_without_disposal(string how)
    {
        using var pty = PseudoTerminal.Create();
        await CookAsync(pty.Slave);
        var before = await SettingsAsync(pty.Slave);
        using Pipe output = Pipe.Create(), errors = Pipe.Create(), go = Pipe.Create();
        using var child = ChildProcess.Start(ChildPrograms.Spec("raw", how) with
        {
            StandardInput = go.ReadEnd,
            StandardOutput = output.WriteEnd,
            StandardError = errors.WriteEnd,
            Descriptors = [new(3, pty.Slave)],
        });
        Assert.Equal("raw", await Output.ReadLineAsync(output.ReadEnd));
        Assert.NotEqual(before, await SettingsAsync(pty.Slave));
        if (Enum.TryParse(how, out Signal signal))
            child.Send(signal);
        else
            DescriptorIo.Write(go.WriteEnd, "x"u8);
        await child.Exited.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(before, await SettingsAsync(pty.Slave));
    }

    [Fact]
    public async Task A_job_in_the_background_leaves_the_mode_alone_until_it_is_in_the_foreground()
    {
        using var pty = PseudoTerminal.Create();
        await CookAsync(pty.Slave);
        var before = await SettingsAsync(pty.Slave);
        using Pipe output = Pipe.Create(), go = Pipe.Create(), front = Pipe.Create();
        var program = ChildPrograms.Spec("raw", "job");
        using var shell = ChildProcess.Start(new ChildSpec(
            "/usr/bin/setsid",
            // Standard input is the session's terminal; bash gives it to whichever job is in front.
            ["--ctty", "/bin/bash", "-c", "set -m; \"$@\" 3<&0 <&4 >&5 & read -r -u 6; fg >/dev/null; stty -g >&5", "bash", program.Path, .. program.Arguments])
        {
            StandardInput = pty.Slave,
            StandardError = pty.Slave,
            NewProcessGroup = false,
            Descriptors = [new(4, go.ReadEnd), new(5, output.WriteEnd), new(6, front.ReadEnd)],
        });
        Assert.Equal("raw", await Output.ReadLineAsync(output.ReadEnd));
        Assert.Equal(before, await SettingsAsync(pty.Slave));
        DescriptorIo.Write(front.WriteEnd, "\n"u8);
        for (var tries = 0; await SettingsAsync(pty.Slave) == before; tries++)
        {
            Assert.True(tries < 100, $"in the foreground the terminal must become raw: {ShownOn(pty)}");
            await Task.Delay(100);
        }

        DescriptorIo.Write(go.WriteEnd, "x\n"u8);
        Assert.Equal(before.Trim(), await Output.ReadLineAsync(output.ReadEnd));
        await shell.Exited.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_terminal_that_is_hung_up_does_not_kill_at_SIGCONT()
    {
        using var pty = PseudoTerminal.Create();
        using Pipe output = Pipe.Create(), go = Pipe.Create();
        using var child = ChildProcess.Start(ChildPrograms.Spec("raw", "stay") with
        {
            StandardInput = go.ReadEnd,
            StandardOutput = output.WriteEnd,
            Descriptors = [new(3, pty.Slave)],
        });
        Assert.Equal("raw", await Output.ReadLineAsync(output.ReadEnd));
        pty.Dispose();
        child.Send(Signal.SIGCONT);
        await Task.Delay(500);
        DescriptorIo.Write(go.WriteEnd, "x"u8);
        Assert.Equal(new ChildExit(0, null), await child.Exited.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void A_descriptor_that_is_no_terminal_is_an_error()
    {
        using var nothing = File.OpenHandle("/dev/null");
        Assert.False(TerminalMode.IsTerminal(nothing));
        Assert.Null(WindowSize.Of(nothing));
        Assert.Equal(Errno.ENOTTY, Assert.Throws<LinuxException>(() => TerminalMode.MakeRaw(nothing)).Errno);
    }

    private static string ShownOn(PseudoTerminal pty)
    {
        var shown = new byte[4096];
        return System.Text.Encoding.UTF8.GetString(shown, 0, Math.Max(0, DescriptorIo.Read(pty.Master, shown)));
    }

    private static async Task<string> SettingsAsync(SafeFileHandle terminal) =>
        (await Output.OfAsync(new ChildSpec("/bin/stty", ["-g"]) { StandardInput = terminal })).Text;

    private static Task CookAsync(SafeFileHandle terminal) =>
        Output.OfAsync(new ChildSpec("/bin/stty", ["sane"]) { StandardInput = terminal });
}
