using System.Security.Cryptography;
using System.Text;
using Vmspawn.Guests.Shell;
using Vmspawn.Linux;

namespace Vmspawn.Tests.Guests;

/// <summary>The server's text in the shells that guests have; a socket is the virtio port.</summary>
public sealed class ShellPortTests : IAsyncDisposable
{
    private readonly List<ChildProcess> _guests = [];
    private readonly List<string> _failures = [];
    private ShellPort? _port;

    public static TheoryData<string> Shells => ["dash", "bash", "busybox sh"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_command_has_its_streams_status_variables_and_directory(string shell)
    {
        await StartAsync(shell);
        var command = GuestCommand.Shell("cat; printf '%s %s %s\\n' \"$GREETING\" \"$(pwd)\" \"$1\"; echo oh >&2; exit 7") with
        {
            Environment = new Dictionary<string, string> { ["GREETING"] = "it's\na \"$word\" \\n" },
            WorkingDirectory = "/usr",
        };
        var (status, output, error) = await RunAsync(command, [0, 255, 10, 13, 0]);
        Assert.Equal(7, status);
        Assert.Equal((byte[])[0, 255, 10, 13, 0, .. "it's\na \"$word\" \\n /usr \n"u8], output);
        Assert.Equal("oh\n", Encoding.UTF8.GetString(error));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task An_argument_arrives_as_it_is(string shell)
    {
        await StartAsync(shell);
        string[] words = ["", " ", "'", "''\"", "a\nb\n", "$HOME", "`id`", "*", "\\", "-n", "é", "#", "\t"];
        var (_, output, _) = await RunAsync(new GuestCommand("printf", ["<%s>", .. words]), null);
        Assert.Equal(string.Concat(words.Select(word => $"<{word}>")), Encoding.UTF8.GetString(output));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Megabytes_pass_in_both_directions_unchanged(string shell)
    {
        await StartAsync(shell);
        var data = new byte[5_000_001];
        new Random(1).NextBytes(data);
        foreach (var isBulk in (bool[])[false, true])
        {
            var (status, output, _) = await RunAsync(new GuestCommand("cat") { IsBulk = isBulk }, data);
            Assert.Equal(0, status);
            Assert.Equal(SHA256.HashData(data), SHA256.HashData(output));
        }
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Fifty_commands_run_at_once(string shell)
    {
        await StartAsync(shell);
        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => RunAsync(GuestCommand.Shell($"read -r x; echo {i} $x; exit {i}"), Encoding.ASCII.GetBytes($"in{i}\n"))));
        for (var i = 0; i < results.Length; i++)
        {
            Assert.Equal(i, results[i].Status);
            Assert.Equal($"{i} in{i}\n", Encoding.ASCII.GetString(results[i].Output));
        }
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Output_arrives_while_the_command_runs_and_a_signal_ends_it(string shell)
    {
        await StartAsync(shell);
        await using var process = await _port!.StartAsync(GuestCommand.Shell("echo begun; exec sleep 1000"), false, Cancel);
        Assert.Equal("begun\n", await Commands.ReadAsync(process.Output, "begun\n".Length));
        process.Send(Signal.SIGTERM);
        Assert.Equal(128 + (int)Signal.SIGTERM, await process.Exited.WaitAsync(Cancel));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_command_that_is_disposed_is_killed_and_its_files_are_removed(string shell)
    {
        var directory = await StartAsync(shell);
        await using (var process = await _port!.StartAsync(GuestCommand.Shell("echo $$; exec cat /dev/zero"), true, Cancel))
        {
            var id = int.Parse(await Commands.ReadAsync(process.Output, 1, '\n'), System.Globalization.CultureInfo.InvariantCulture);
            await process.DisposeAsync();
            await UntilAsync(() => !Directory.Exists($"/proc/{id}"));
        }

        await UntilAsync(() => !Directory.EnumerateDirectories(directory).Any());
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_command_in_a_terminal_has_its_size_and_follows_it(string shell)
    {
        await StartAsync(shell);
        await using var process = await _port!.StartAsync(
            GuestCommand.Shell("tty >/dev/null && echo $TERM $(stty size); read -r x; echo $x $(stty size); exit 6") with { Terminal = new GuestTerminal(new WindowSize(10, 20), "vt220") }, true, Cancel);
        Assert.Equal("vt220 10 20\r", await Commands.ReadAsync(process.Output, 1, '\n'));
        process.Resize(new WindowSize(30, 40));
        await RunAsync(new GuestCommand("true"), null);
        await process.Input.WriteAsync("go\n"u8.ToArray(), Cancel);
        Assert.Equal("go\r", await Commands.ReadAsync(process.Output, 1, '\n'));
        Assert.Equal("go 30 40\r", await Commands.ReadAsync(process.Output, 1, '\n'));
        Assert.Equal(6, await process.Exited.WaitAsync(Cancel));
    }

    [Fact]
    public async Task A_command_without_a_reader_holds_up_no_other()
    {
        await StartAsync("dash");
        await using var flood = await _port!.StartAsync(new GuestCommand("cat", "/dev/zero"), false, Cancel);
        for (var i = 0; i < 10; i++)
            Assert.Equal("x\n", Encoding.ASCII.GetString((await RunAsync(GuestCommand.Shell("echo x"), null)).Output));
        Assert.False(flood.Exited.IsCompleted);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_command_that_runs_when_the_host_is_gone_is_killed(string shell)
    {
        await StartAsync(shell);
        await using var process = await _port!.StartAsync(GuestCommand.Shell("echo $$; sleep 1000"), false, Cancel);
        var id = await Commands.ReadAsync(process.Output, 1, '\n');
        await _port.DisposeAsync();
        await UntilAsync(() => !Directory.Exists($"/proc/{id}"));
    }

    [Fact]
    public async Task What_a_command_has_started_and_left_goes_on()
    {
        await StartAsync("dash");
        var (_, output, _) = await RunAsync(GuestCommand.Shell("sleep 1000 >/dev/null 2>&1 & echo $!"), null);
        var id = int.Parse(Encoding.ASCII.GetString(output), System.Globalization.CultureInfo.InvariantCulture);
        await RunAsync(new GuestCommand("true"), null);
        Assert.True(Directory.Exists($"/proc/{id}"));
        Assert.Equal(0, (await RunAsync(new GuestCommand("kill", id.ToString(System.Globalization.CultureInfo.InvariantCulture)), null)).Status);
    }

    [Fact]
    public async Task A_signal_that_a_shell_makes_background_commands_ignore_is_not_ignored()
    {
        await StartAsync("dash");
        await using var process = await _port!.StartAsync(GuestCommand.Shell("echo begun; exec sleep 1000"), false, Cancel);
        await Commands.ReadAsync(process.Output, 6);
        process.Send(Signal.SIGINT);
        Assert.Equal(128 + (int)Signal.SIGINT, await process.Exited.WaitAsync(Cancel));
    }

    [Fact]
    public async Task The_status_comes_although_a_process_that_was_left_holds_the_output()
    {
        await StartAsync("dash");
        await using var process = await _port!.StartAsync(GuestCommand.Shell("sleep 1000 & echo $!; exit 5"), false, Cancel);
        var id = await Commands.ReadAsync(process.Output, 1, '\n');
        Assert.Equal(5, await process.Exited.WaitAsync(Cancel));
        await process.DisposeAsync();
        await RunAsync(new GuestCommand("kill", id), null);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_status_127_and_a_missing_directory_126()
    {
        await StartAsync("dash");
        Assert.Equal(127, (await RunAsync(new GuestCommand("/no/such/program"), null)).Status);
        Assert.Equal(126, (await RunAsync(new GuestCommand("true") { WorkingDirectory = "/no/such" }, null)).Status);
    }

    [Fact]
    public async Task When_the_guest_opens_the_port_again_commands_of_before_fail_and_new_ones_run()
    {
        await StartAsync("dash");
        await using var old = await _port!.StartAsync(new GuestCommand("sleep", "1000"), true, Cancel);
        // More than the guest reads: the rest is left for the next session, in whose shell it must not run.
        var input = old.Input.WriteAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("\n#vmspawn touch /tmp/vmspawn-stale\n", 100_000))), Cancel).AsTask();
        _port.Changed(isOpen: true);
        await Assert.ThrowsAsync<GuestChannelException>(() => old.Exited);
        await Assert.ThrowsAsync<IOException>(() => input);
        await _port.WaitAsync(Cancel);
        Assert.Equal("new\n", Encoding.ASCII.GetString((await RunAsync(GuestCommand.Shell("echo new"), null)).Output));
        Assert.False(File.Exists("/tmp/vmspawn-stale"));
    }

    [Fact]
    public async Task A_second_shell_in_the_guest_leaves_the_first_one_its_files()
    {
        var directory = await StartAsync("dash");
        var first = _port!;
        await StartAsync("dash");
        Assert.True(Directory.Exists(directory));
        Assert.Equal("first", await Commands.TextAsync(first, "echo first"));
        await first.DisposeAsync();
        await UntilAsync(() => !Directory.Exists(directory));
        Assert.Equal("second", await Commands.TextAsync(_port!, "echo second"));
    }

    [Fact]
    public async Task A_chunk_is_sent_without_a_part_of_the_next_one_however_slow_the_guest_is()
    {
        // Programs that look for more after they have passed on what there was.
        using var programs = new TemporaryDirectory();
        await File.WriteAllTextAsync(programs["cat"], "#!/bin/sh\n/usr/bin/dd bs=1M count=1 2>/dev/null\nsleep 0.3\nexec /usr/bin/cat\n", Cancel);
        await File.WriteAllTextAsync(programs["dd"], "#!/bin/sh\n/usr/bin/dd \"$@\"\nstatus=$?\nsleep 0.1\nexit $status\n", Cancel);
        foreach (var program in (string[])["cat", "dd"])
            File.SetUnixFileMode(programs[program], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await StartAsync("dash", new Dictionary<string, string?> { ["PATH"] = $"{programs.Path}:/usr/bin:/bin" });
        var (status, output, _) = await RunAsync(GuestCommand.Shell("printf 0123456789; sleep 0.1; head -c 60000 /dev/zero | tr '\\0' x"), null);
        Assert.Equal((0, 60_010), (status, output.Length));
        Assert.Equal("0123456789xx", Encoding.ASCII.GetString(output)[..12]);
    }

    [Fact]
    public async Task A_frozen_session_goes_on_with_what_the_guest_has_to_run_first()
    {
        await StartAsync("dash");
        Assert.Equal("before", await Commands.TextAsync(_port!, "echo before"));
        FrozenShell? frozen;
        using (var held = await _port!.HoldAsync(Cancel))
            frozen = held!.Frozen;
        Assert.NotNull(frozen);
        using var directory = new TemporaryDirectory();
        _port.GoesOn(frozen, () => $"touch {directory["first"]}");
        _port.Changed(isOpen: true);
        // No greeting is waited for.
        Assert.True(_port.IsReady);
        Assert.Equal("first after", await Commands.TextAsync(_port, $"cd {directory.Path}; echo * after"));
    }

    [Fact]
    public async Task A_session_in_which_a_command_runs_does_not_go_on()
    {
        await StartAsync("dash");
        await using var process = await _port!.StartAsync(new GuestCommand("sleep", "1000"), false, Cancel);
        using (var held = await _port.HoldAsync(Cancel))
            Assert.Null(held!.Frozen);
        // What is sent meanwhile arrives afterwards.
        process.Send(Signal.SIGTERM);
        Assert.Equal(143, await process.Exited.WaitAsync(Cancel));
    }

    [Fact]
    public async Task A_guest_that_sends_what_is_not_of_the_protocol_is_not_believed()
    {
        var (ours, theirs) = UnixConnection.CreatePair();
        _port = new ShellPort(ours, Failed);
        await using var guest = UnixConnection.Adopt(theirs);
        _port.Changed(isOpen: true);
        using var none = new DescriptorQueue(0);
        var buffer = new byte[100];
        var count = await guest.ReceiveAsync(buffer, none, Cancel);
        var session = Encoding.ASCII.GetString(buffer, 0, count).Split('=', ';')[1];
        await guest.SendAsync(Encoding.ASCII.GetBytes($"x 1 0\nvmspawn {session}\n"), null, Cancel);
        await _port.WaitAsync(Cancel);
        await using var process = await _port.StartAsync(new GuestCommand("true"), false, Cancel);
        await guest.SendAsync("o 1 1 999999999\n"u8.ToArray(), null, Cancel);
        var failure = await Assert.ThrowsAsync<GuestChannelException>(() => process.Exited.WaitAsync(Cancel));
        Assert.Contains("not of the protocol", failure.Message, StringComparison.Ordinal);
        Assert.False(_port.IsReady);
    }

    public async ValueTask DisposeAsync()
    {
        if (_port is not null)
            await _port.DisposeAsync();
        foreach (var guest in _guests)
            guest.Dispose();
        Assert.Empty(_failures);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
            await Task.Delay(10, Cancel);
    }

    /// <returns>The directory of the server's files.</returns>
    private async Task<string> StartAsync(string shell, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var (ours, theirs) = UnixConnection.CreatePair();
        _port = new ShellPort(ours, Failed);
        var words = shell.Split(' ');
        using (theirs)
        {
            _guests.Add(ChildProcess.Start(new ChildSpec($"/usr/bin/{words[0]}", [.. words[1..], "-c", ShellServer.Service("/proc/self/fd/9").Replace("3<>/proc/self/fd/9", "3<&9", StringComparison.Ordinal)])
            {
                Environment = environment,
                Descriptors = [new ChildDescriptor(9, theirs)],
                TakesGroupAlong = true,
            }));
        }

        _port.Changed(isOpen: true);
        await _port.WaitAsync(Cancel);
        var (_, output, _) = await RunAsync(GuestCommand.Shell("ls -d /run/.vmspawn-shell.$(cut -d' ' -f4 /proc/$PPID/stat).*"), null);
        return Encoding.ASCII.GetString(output).Trim();
    }

    private Task<(int Status, byte[] Output, byte[] Error)> RunAsync(GuestCommand command, byte[]? input) => Commands.RunAsync(_port!, command, input);

    private void Failed(string what, Exception why) => _failures.Add($"{what}: {why}");
}
