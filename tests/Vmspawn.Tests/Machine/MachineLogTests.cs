using System.Text;
using Vmspawn.Linux;

namespace Vmspawn.Tests.Machine;

/// <summary>Logs of consoles on real pseudo-terminals, whose other side the test writes.</summary>
public sealed class MachineLogTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly string _root = Directory.CreateTempSubdirectory("vmspawn-log-").FullName;
    private readonly List<string> _failures = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Log => Path.Combine(_root, "state", "web.log");

    [Fact]
    public async Task The_console_is_logged_as_text_with_messages_on_lines_of_their_own_and_only_its_user_may_read_it()
    {
        using var terminal = PseudoTerminal.Create();
        await using var console = Console(terminal);
        await using (var writer = Writer())
        {
            writer.Follow(console);
            DescriptorIo.Write(terminal.Slave, "\e[31mlogin\e[0m: "u8);
            await Until(text => text == "login: ");
            writer.Say("web: a\nmessage \e[31m");
            await Until(text => text.Contains("message", StringComparison.Ordinal));
            DescriptorIo.Write(terminal.Slave, "bye\r\n"u8);
            terminal.Slave.Dispose();
        }

        var lines = (await Read(Log)).Split('\n');
        Assert.Equal("login: ", lines[0]);
        Assert.StartsWith("vmspawn: web: a", lines[1], StringComparison.Ordinal);
        Assert.Equal(["bye", ""], lines[2..]);
        Assert.DoesNotContain('\e', string.Concat(lines));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Log));
        Assert.Empty(_failures);
    }

    [Fact]
    public async Task Two_parts_bound_its_size_and_the_newest_text_is_kept()
    {
        using var terminal = PseudoTerminal.Create();
        await using var console = Console(terminal);
        await using (var writer = Writer(largestPart: 20_000))
        {
            writer.Follow(console);
            for (var i = 0; i < 10_000; i++)
                DescriptorIo.Write(terminal.Slave, Encoding.ASCII.GetBytes($"line {i}\n"));
            terminal.Slave.Dispose();
        }

        var text = await Read(Log);
        Assert.EndsWith("line 9998\nline 9999\n", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 20_000, 2 * (20_000 + (16 << 10)));
        Assert.Equal([Log, $"{Log}.1"], Directory.GetFiles(Path.GetDirectoryName(Log)!).Order());
    }

    [Fact]
    public async Task A_follower_reads_over_a_new_part_and_ends_with_the_machine_and_the_next_run_replaces_the_log()
    {
        var followed = new StringBuilder();
        Task following;
        await using (var writer = Writer(largestPart: 1000))
        {
            writer.Say("first");
            await Until(text => text == "vmspawn: first\n");
            following = Task.Run(
                async () =>
                {
                    await foreach (var text in MachineLog.ReadAsync(Log, follow: true, Cancel))
                        followed.Append(text);
                },
                Cancel);
            for (var i = 0; i < 20; i++)
            {
                writer.Say($"{i} {new string('x', 80)}");
                await Until(text => text.Contains($"vmspawn: {i} ", StringComparison.Ordinal));
            }

            Assert.False(following.IsCompleted);
            writer.Say("last");
        }

        await following.WaitAsync(Bound, Cancel);
        Assert.StartsWith("vmspawn: first\nvmspawn: 0 ", followed.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("\nvmspawn: last\n", followed.ToString(), StringComparison.Ordinal);
        await using (var next = Writer())
            next.Say("next");
        Assert.Equal("vmspawn: next\n", await Read(Log));
    }

    [Fact]
    public async Task A_log_that_cannot_be_written_is_reported_once_and_nothing_else_happens()
    {
        File.WriteAllText(Path.Combine(_root, "state"), "");
        await using (var writer = Writer())
        {
            writer.Say("one");
            writer.Say("two");
        }

        Assert.Single(_failures);
        Assert.Contains(Log, _failures[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_of_another_machine_that_runs_is_left_alone()
    {
        await using var writer = Writer();
        writer.Say("mine");
        await Until(text => text == "vmspawn: mine\n");
        await using (var other = Writer())
            other.Say("other");
        Assert.Contains("another machine of this name writes it", Assert.Single(_failures), StringComparison.Ordinal);
        Assert.Equal("vmspawn: mine\n", await Read(Log));
    }

    [Fact]
    public async Task The_oldest_of_many_logs_are_removed()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Log)!);
        for (var i = 0; i < 105; i++)
        {
            var path = Path.Combine(_root, "state", $"old-{i}.log");
            File.WriteAllText(path, "x");
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-200 + i));
        }

        await using (var writer = Writer())
            writer.Say("new");
        var left = Directory.GetFiles(Path.Combine(_root, "state"));
        Assert.Equal(101, left.Length);
        Assert.DoesNotContain(Path.Combine(_root, "state", "old-4.log"), left);
        Assert.Contains(Path.Combine(_root, "state", "old-5.log"), left);
    }

    [Theory]
    [InlineData("/s", "/home/u", "/s/vmspawn/logs/web.log")]
    [InlineData("relative", null, null)]
    public void Its_place_is_the_state_directory(string state, string? home, string? path)
    {
        var found = MachineLog.PathOf("web", new VmEnvironment { Variable = name => name switch { "XDG_STATE_HOME" => state, "HOME" => home, _ => null } });
        Assert.Equal(path ?? (System.Environment.IsPrivilegedProcess ? "/var/log/vmspawn/web.log" : null), found);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static GuestConsole Console(PseudoTerminal terminal) =>
        new(terminal, 256 << 10, 1, (what, why) => Assert.Fail($"{what}: {why}"), TimeProvider.System);

    private LogWriter Writer(long largestPart = 4 << 20) => new(Log, (what, why) => _failures.Add($"{what}: {why.Message}"), largestPart);

    private static async Task<string> Read(string path)
    {
        var text = new StringBuilder();
        await foreach (var piece in MachineLog.ReadAsync(path, follow: false, Cancel))
            text.Append(piece);
        return text.ToString();
    }

    private async Task Until(Func<string, bool> isThere)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        bound.CancelAfter(Bound);
        while (!File.Exists(Log) || !isThere(await Read(Log)))
            await Task.Delay(10, bound.Token);
    }
}
