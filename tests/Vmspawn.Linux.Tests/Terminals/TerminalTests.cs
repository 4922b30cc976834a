using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux.Tests;

public sealed class TerminalTests
{
    [Fact]
    public async Task A_pseudo_terminal_carries_raw_bytes_both_ways_and_tells_the_end()
    {
        using PseudoTerminal pty = PseudoTerminal.Create();
        Assert.True(TerminalMode.IsTerminal(pty.Slave));
        Assert.StartsWith("/dev/pts/", pty.Path, StringComparison.Ordinal);
        byte[] buffer = new byte[100];
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
        using PseudoTerminal pty = PseudoTerminal.Create();
        pty.Size = new WindowSize(43, 132);
        Assert.Equal("43 132\n", (await Output.OfAsync(new ChildSpec("/bin/stty", ["size"]) { StandardInput = pty.Slave })).Text);
    }

    [Fact]
    public async Task Raw_mode_is_undone_by_disposal_even_after_an_exception()
    {
        using PseudoTerminal pty = PseudoTerminal.Create();
        await CookAsync(pty.Slave);
        string before = await SettingsAsync(pty.Slave);
        Assert.Throws<InvalidOperationException>(void () =>
        {
            using TerminalMode raw = TerminalMode.MakeRaw(pty.Slave);
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
        using PseudoTerminal pty = PseudoTerminal.Create();
        await CookAsync(pty.Slave);
        string before = await SettingsAsync(pty.Slave);
        using Pipe output = Pipe.Create(), errors = Pipe.Create(), go = Pipe.Create();
        using ChildProcess child = ChildProcess.Start(ChildPrograms.Spec("raw", how) with
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
    public void What_is_no_terminal_is_said_so()
    {
        using SafeFileHandle nothing = File.OpenHandle("/dev/null");
        Assert.False(TerminalMode.IsTerminal(nothing));
        Assert.Null(WindowSize.Of(nothing));
        Assert.Equal(Errno.ENOTTY, Assert.Throws<LinuxException>(() => TerminalMode.MakeRaw(nothing)).Errno);
    }

    private static async Task<string> SettingsAsync(SafeFileHandle terminal) =>
        (await Output.OfAsync(new ChildSpec("/bin/stty", ["-g"]) { StandardInput = terminal })).Text;

    private static Task CookAsync(SafeFileHandle terminal) =>
        Output.OfAsync(new ChildSpec("/bin/stty", ["sane"]) { StandardInput = terminal });
}
