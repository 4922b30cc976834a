using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Vmspawn.Linux;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Test programs with machines: the samples of each framework, and a project outside of this repository that uses the packages.</summary>
public sealed class TestProgramTests : VmTest
{
    /// <summary>The longest time of a test with a fresh machine, from its start to its end, under emulation.</summary>
    private static readonly TimeSpan TestLimit = TimeSpan.FromSeconds(4);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Cache => Scratch.Own("cache");

    [Fact]
    public async Task The_samples_of_each_framework_run_and_share_one_frozen_machine()
    {
        foreach (var (name, tests) in (IEnumerable<(string, int)>)[("Xunit", 5), ("NUnit", 2), ("MSTest", 2)])
        {
            var program = Path.Combine(Prepared.Repository, "samples", "Testing", name, "bin", "Release", "net10.0", $"Sample{name}");
            using var run = VmspawnRun.StartProgram(program, Variables(), Scratch, QemuKind.Distribution, ["--no-ansi", "--progress", "off"]);
            var ended = await run.End(GuestBound);
            Assert.True(ended.Status == 0, ended.ToString());
            Assert.Contains($"\n  total: {tests}\n  failed: 0\n  succeeded: {tests}\n", ended.Output, StringComparison.Ordinal);
        }

        Assert.Single(Directory.GetDirectories(Cache));
    }

    /// <summary>Twelve tests with <c>--all</c>, otherwise three.</summary>
    [Fact]
    public async Task Tests_of_an_outside_project_have_a_fresh_machine_each_in_seconds()
    {
        var count = Sample.IsWhole ? 12 : 3;
        using (var run = await StartOutside(("MACHINES", $"{count}"), ("TIMES", Scratch.Own("times"))))
            await Passes(run, count);
        var times = (await File.ReadAllLinesAsync(Scratch.Own("times"), Cancel)).Select(line => TimeSpan.FromSeconds(double.Parse(line, CultureInfo.InvariantCulture))).ToList();
        Assert.Equal(count, times.Count);
        // The first one boots and prepares the machine.
        Assert.All(times.Skip(1), time => Assert.InRange(time, TimeSpan.Zero, TestLimit));

        // Another process restores what the first one has made, and a test that fails gets the report.
        using (var run = await StartOutside(["--report-xunit-xml", "--report-xunit-xml-filename", "report.xml", "--results-directory", Scratch.Own("results")], ("MACHINES", "1"), ("FAILS", "1"), ("TIMES", Scratch.Own("times"))))
            Assert.Equal(2, (await run.End(GuestBound)).Status);
        Assert.Single(await File.ReadAllLinesAsync(Scratch.Own("prepared"), Cancel));
        var report = XDocument.Load(Path.Combine(Scratch.Own("results"), "report.xml"));
        var attachments = report.Descendants("attachment").Select(attachment => attachment.Attribute("name")!.Value).ToList();
        Assert.Superset(new HashSet<string> { "console.txt", "plan.json", "options.txt", "exit.txt" }, attachments.ToHashSet());
        Assert.Contains("qemu-system-", report.Descendants("attachment").Single(attachment => attachment.Attribute("name")!.Value == "commands.txt").Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_machine_starts_tests_are_skipped_with_the_reason_or_fail_if_machines_are_required()
    {
        (string, string)[] without = [("PATH", Scratch.Tree("empty")), ("MACHINES", "1"), ("TIMES", Scratch.Own("times"))];
        using (var run = await StartOutside(without))
        {
            var ended = await run.End(GuestBound);
            Assert.Contains("  skipped: 1\n", ended.Output, StringComparison.Ordinal);
            Assert.Contains("no machine starts here: ", ended.Output, StringComparison.Ordinal);
        }

        using (var run = await StartOutside([.. without, ("VMSPAWN_TEST_REQUIRED", "1")]))
        {
            var ended = await run.End(GuestBound);
            Assert.Equal(2, ended.Status);
            Assert.Contains("no machine starts here, but VMSPAWN_TEST_REQUIRED=1 requires it: ", ended.Output, StringComparison.Ordinal);
        }
    }

    /// <summary>Of two processes that want a machine at once the one that makes it is killed while it freezes it: the other one makes it again.</summary>
    [Fact]
    public async Task A_process_that_is_killed_while_it_freezes_a_machine_leaves_nothing_that_is_used()
    {
        Directory.CreateDirectory(Cache);
        (string, string)[] one = [("MACHINES", "1"), ("TIMES", Scratch.Own("times"))];
        using var first = await StartOutside(one);
        using var second = await StartOutside(one);
        using var clock = new CancellationTokenSource(GuestBound);
        while (!Directory.EnumerateDirectories(Cache, ".draft-*").Any(draft => Directory.EnumerateFileSystemEntries(draft).Any()))
            await Task.Delay(2, clock.Token);
        var maker = Maker(Directory.GetFiles(Cache, "*.lock").Single());
        Processes.Signal(maker, "KILL");
        var (killed, other) = maker == first.ProcessId ? (first, second) : (second, first);
        Assert.Equal(128 + 9, (await killed.End(ShortBound)).Status);
        Assert.NotEqual(killed.ProcessId, other.ProcessId);
        await Passes(other, 1);
        Assert.Equal(2, (await File.ReadAllLinesAsync(Scratch.Own("prepared"), Cancel)).Length);
        Assert.Empty(Directory.GetDirectories(Cache, ".draft-*"));
        Assert.Single(Directory.GetDirectories(Cache));
    }

    /// <summary>The process that has a key locked: "process 123". .NET's files would lock it too.</summary>
    private static int Maker(string path)
    {
        using var file = OpenFile.Open(path, writable: false);
        var bytes = new byte[64];
        return int.Parse(Encoding.ASCII.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0)).Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static async Task Passes(VmspawnRun run, int count)
    {
        var ended = await run.End(GuestBound);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains($"\n  total: {count}\n  failed: 0\n  succeeded: {count}\n", ended.Output, StringComparison.Ordinal);
    }

    private Task<VmspawnRun> StartOutside(params (string Name, string Value)[] variables) => StartOutside([], variables);

    private async Task<VmspawnRun> StartOutside(string[] arguments, params (string Name, string Value)[] variables)
    {
        var environment = Variables();
        (string, string)[] own = [("KERNEL", Prepared.Kernel), ("INITRD", Prepared.Initrd), ("PREPARED", Scratch.Own("prepared"))];
        foreach (var (name, value) in own.Concat(variables))
            environment[name] = value;
        return VmspawnRun.StartProgram(await OutsideProject.BuildAsync("FreshMachines", isNative: false), environment, Scratch, QemuKind.Distribution, ["--no-ansi", "--progress", "off", .. arguments]);
    }

    private Dictionary<string, string?> Variables() => new(OutsideProject.Environment)
    {
        ["VMSPAWN_TEST_CACHE"] = Cache,
        ["VMSPAWN_TEST_REPORTS"] = Scratch.Own("reports"),
        ["VMSPAWN_TEST_CPUS"] = "2",
        // Files of the frameworks.
        ["TMPDIR"] = Directory.CreateDirectory(Scratch.Own("tmp")).FullName,
        ["XDG_DATA_HOME"] = Scratch.Own("data"),
        ["SAMPLE_KERNEL"] = Prepared.Kernel,
        ["SAMPLE_INITRD"] = Prepared.Initrd,
        ["SAMPLE_ARGUMENTS"] = "no_timer_check quiet vmtest=commands,shell",
    };
}
