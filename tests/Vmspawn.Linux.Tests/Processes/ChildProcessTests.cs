using System.Diagnostics;
using CsCheck;

namespace Vmspawn.Linux.Tests;

public sealed class ChildProcessTests
{
    private static ChildSpec Shell(string script) => new("/bin/sh", ["-c", script]);

    [Fact]
    public async Task The_exit_code_and_the_signal_are_distinguished()
    {
        using var left = ChildProcess.Start(Shell("exit 42"));
        Assert.Equal(new ChildExit(42, null), await left.Exited);
        using var killed = ChildProcess.Start(Shell("kill -SEGV $$"));
        var exit = await killed.Exited;
        Assert.Equal(new ChildExit(null, Signal.SIGSEGV), exit);
        Assert.Equal("was killed by SIGSEGV", exit.ToString());
        using var terminated = ChildProcess.Start(new ChildSpec("/bin/sleep", ["1000"]));
        Assert.True(terminated.Send(Signal.SIGTERM));
        Assert.Equal(Signal.SIGTERM, (await terminated.Exited).Signal);
        Assert.False(terminated.Send(Signal.SIGTERM));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_end_of_a_child_kills_the_rest_of_its_process_group_where_that_was_requested(bool takesGroupAlong)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("second");
        // The kernel sends SIGHUP to a group that has a stopped process and loses its leader.
        var spec = Shell($"trap '' HUP; sleep 1000 & echo $! >{file}; kill -STOP $!; exit 3") with { TakesGroupAlong = takesGroupAlong };
        using var first = ChildProcess.Start(spec);
        Assert.Equal(3, (await first.Exited).ExitCode);
        var second = int.Parse(File.ReadAllText(file));
        try
        {
            Assert.Equal(takesGroupAlong, await ProcessState.EndsAsync(second, TimeSpan.FromSeconds(takesGroupAlong ? 10 : 0.5)));
        }
        finally
        {
            using var kill = ChildProcess.Start(Shell($"kill -KILL {second} 2>/dev/null; true"));
            await kill.Exited;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_program_that_is_not_there_or_may_not_run_is_an_error_of_Start(bool dieWithParent)
    {
        var missing = Assert.Throws<LinuxException>(
            () => ChildProcess.Start(new ChildSpec("/no/such", []) { DieWithParent = dieWithParent }));
        Assert.Equal(Errno.ENOENT, missing.Errno);
        Assert.Contains("/no/such: No such file or directory (ENOENT)", missing.Message, StringComparison.Ordinal);
        var forbidden = Assert.Throws<LinuxException>(
            () => ChildProcess.Start(new ChildSpec("/etc/passwd", []) { DieWithParent = dieWithParent }));
        Assert.Equal(Errno.EACCES, forbidden.Errno);
    }

    [Fact]
    public async Task Arguments_and_changes_to_the_environment_arrive_unaltered()
    {
        Environment.SetEnvironmentVariable("VMSPAWN_TEST_GONE", "x");
        ChildSpec spec = new("/bin/sh", ["-c", "printf '%s|' \"$@\" \"$VMSPAWN_TEST_NEW\" \"${VMSPAWN_TEST_GONE-unset}\" \"${HOME+home}\"", "sh", "", "a b", "ü*$'\""])
        {
            Environment = new Dictionary<string, string?> { ["VMSPAWN_TEST_NEW"] = "n=é", ["VMSPAWN_TEST_GONE"] = null },
        };
        Assert.Equal("|a b|ü*$'\"|n=é|unset|home|", (await Output.OfAsync(spec)).Text);
    }

    [Fact]
    public void A_child_sees_the_variables_of_the_list_and_no_other()
    {
        Dictionary<string, string> ours = new()
        {
            ["PATH"] = "/bin", ["XDG_RUNTIME_DIR"] = "/run/user/1", ["LANG"] = "de_DE.UTF-8", ["LC_ALL"] = "de_DE.UTF-8",
            ["NOTIFY_SOCKET"] = "/run/notify", ["GITHUB_TOKEN"] = "secret", ["AWS_SECRET_ACCESS_KEY"] = "secret", ["LISTEN_FDS"] = "1",
        };
        Assert.Equal(["LANG=C.UTF-8", "PATH=/bin", "XDG_RUNTIME_DIR=/run/user/1"], ChildEnvironment.Of(ours, null));
        Assert.Equal(
            ["LANG=C.UTF-8", "NEW=1", "XDG_RUNTIME_DIR=/run/user/1"],
            ChildEnvironment.Of(ours, new Dictionary<string, string?> { ["NEW"] = "1", ["PATH"] = null }));
    }

    [Theory]
    [InlineData(Signal.SIGSYS, "was killed by SIGSYS")]
    [InlineData(Signal.SIGXFSZ, "was killed by SIGXFSZ")]
    [InlineData((Signal)36, "was killed by SIGRTMIN+2")]
    public void A_signal_is_shown_by_its_name(Signal signal, string told) => Assert.Equal(told, new ChildExit(null, signal).ToString());

    [Fact]
    public Task Each_descriptor_has_its_number_in_the_child_whatever_the_numbers_and_their_order_and_no_other_is_open() =>
        Gen.Int[3, 40].HashSet[0, 8].SampleAsync(async numbers =>
        {
            using var directory = new TemporaryDirectory();
            List<ChildDescriptor> descriptors = [];
            foreach (var number in numbers)
                descriptors.Add(new(number, File.OpenHandle(directory.File(number.ToString()), FileMode.Create, FileAccess.ReadWrite)));
            (var text, _) = await Output.OfAsync(new ChildSpec("/bin/ls", ["-l", "/proc/self/fd"]) { Descriptors = descriptors });
            foreach (var one in descriptors)
                one.Handle.Dispose();
            List<int> seen = [];
            foreach (var line in text.Split('\n'))
            {
                // ls lists the directory through a descriptor of its own
                if (line.Split(' ') is [.., var name, "->", var target] && int.Parse(name) > 2 && !target.StartsWith("/proc", StringComparison.Ordinal))
                {
                    Assert.Equal(directory.File(name), target);
                    seen.Add(int.Parse(name));
                }
            }
            return seen.Order().SequenceEqual(numbers.Order());
        }, iter: 15);

    [Fact]
    public async Task A_child_inherits_no_signal_that_is_ignored_or_blocked_here()
    {
        (var text, _) = await Output.OfAsync(new ChildSpec("/bin/grep", ["-E", "Sig(Blk|Ign)", "/proc/self/status"]));
        // glibc's posix_spawn leaves its own signals 32 and 33 ignored, which no program can see or use.
        Assert.Matches("^SigBlk:\t0{16}\nSigIgn:\t0{7}[01][08]0{7}\n$", text);
        // SIGPIPE is bit 12; without this the test would prove nothing.
        var ours = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn", StringComparison.Ordinal));
        Assert.NotEqual(0UL, Convert.ToUInt64(ours[8..], 16) & (1UL << 12));
    }

    [Fact]
    public async Task A_child_has_its_own_process_group_by_default()
    {
        const string script = "cut -d' ' -f5 /proc/self/stat; echo $$";
        var own = (await Output.OfAsync(Shell(script))).Text.Split('\n');
        Assert.Equal(own[1], own[0]);
        var ours = (await Output.OfAsync(Shell(script) with { NewProcessGroup = false })).Text.Split('\n');
        Assert.NotEqual(ours[1], ours[0]);
    }

    [Fact]
    public async Task A_child_can_have_its_own_session()
    {
        const string script = "cut -d' ' -f6 /proc/self/stat; echo $$";
        var own = (await Output.OfAsync(Shell(script) with { NewSession = true })).Text.Split('\n');
        Assert.Equal(own[1], own[0]);
        var ours = (await Output.OfAsync(Shell(script))).Text.Split('\n');
        Assert.NotEqual(ours[1], ours[0]);
    }

    [Fact]
    public async Task Standard_input_is_empty_by_default()
    {
        Assert.Equal("", (await Output.OfAsync(new ChildSpec("/bin/cat", []))).Text);
    }

    [Fact]
    public async Task Two_hundred_parallel_children_leave_no_zombie_and_no_descriptor()
    {
        // The runtime's own child handling must not take our children's statuses away.
        using var theirs = Process.Start("/bin/true");
        await (await Task.Run(() => ChildProcess.Start(Shell("true")))).Exited;
        var before = OpenDescriptors.Count("pidfd");
        using var shared = File.OpenHandle("/dev/null");
        var exits = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
        {
            using var child = ChildProcess.Start(Shell($"exit {i}") with { Descriptors = [new(3 + (i % 50), shared)] });
            return await child.Exited;
        })));
        Assert.Equal(Enumerable.Range(0, 200), exits.Select(exit => exit.ExitCode!.Value));
        Assert.Equal(before, OpenDescriptors.Count("pidfd"));
        await theirs.WaitForExitAsync();
        Assert.Equal(0, theirs.ExitCode);
        Assert.DoesNotContain("Z", ChildStates(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposal_kills_and_reaps()
    {
        var child = ChildProcess.Start(new ChildSpec("/bin/sleep", ["1000"]));
        child.Dispose();
        Assert.Equal(Signal.SIGKILL, (await child.Exited).Signal);
        Assert.False(Directory.Exists($"/proc/{child.Id}"));
    }

    private static string ChildStates()
    {
        var states = "";
        foreach (var children in Directory.EnumerateFiles("/proc/self/task", "children", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 }))
        {
            foreach (var id in File.ReadAllText(children).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                states += ProcessState.Of(int.Parse(id));
        }
        return states;
    }
}
