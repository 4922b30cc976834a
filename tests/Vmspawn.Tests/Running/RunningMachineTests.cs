using System.Diagnostics;
using Vmspawn.Cli.Tests.Control;
using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Tests.Running;

/// <summary>Machines behind scripted control sockets, in a runtime directory of the test.</summary>
public sealed class RunningMachineTests : IDisposable
{
    private const string Attach = "org.vmspawn.Machine.Attach";

    private readonly string _root = Directory.CreateTempSubdirectory("vmspawn-running-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Place => Directory.CreateDirectory(Path.Combine(_root, "systemd", "vmspawn")).FullName;

    private RunningMachineOptions Where => new()
    {
        Scope = RuntimeScope.User,
        AnswerTime = TimeSpan.FromMilliseconds(500),
        Environment = new VmEnvironment { Variable = name => name is "XDG_RUNTIME_DIR" or "TMPDIR" ? _root : null },
    };

    [Fact]
    public async Task What_a_server_reports_are_typed_facts()
    {
        await using var script = ScriptedMachine.Start(Place, "web");
        Assert.Equal(["web"], await RunningMachine.ListAsync(Where, Cancel));
        await using var machine = await RunningMachine.OpenAsync("web", Where, Cancel);
        Assert.Equal(("web", true, "vmspawn 0.1.0", Path.Combine(Place, "web")), (machine.Name, machine.IsVmspawn, machine.Server, machine.RuntimeDirectory));
        var status = await machine.GetStatusAsync(Cancel);
        Assert.Equal(("running", true, 4711L, 4L, 3L << 29), (status.State, status.IsRunning, status.QemuProcessId, status.Cpus, status.Memory));
        Assert.Equal(["root", "data"], (await machine.Disks.ListAsync(Cancel)).Select(disk => disk.Name));
        Assert.Equal(3, (await machine.ListPortsAsync(Cancel)).Count);
    }

    [Fact]
    public async Task A_machine_that_does_not_run_is_a_typed_failure_with_a_sentence()
    {
        await using var script = ScriptedMachine.Start(Place, "web");
        var missing = await Assert.ThrowsAsync<RunningMachineException>(() => RunningMachine.OpenAsync("wed", Where, Cancel));
        Assert.Equal((RunningMachineFailure.NotRunning, "wed: no VM of this name is running (running: web)"), (missing.Failure, missing.Message));
        var path = await Assert.ThrowsAsync<RunningMachineException>(() => RunningMachine.OpenAsync("../web", Where, Cancel));
        Assert.Equal(RunningMachineFailure.NotRunning, path.Failure);
    }

    [Fact]
    public async Task A_refusal_has_the_servers_reason_and_its_kind()
    {
        await using var script = ScriptedMachine.Start(Place, "web", true, (Attach, ScriptedMachine.Refuse("org.vmspawn.Machine.NoFreePort", """{"reason":"all ports are taken","ports":[]}""")));
        await using var machine = await RunningMachine.OpenAsync("web", Where, Cancel);
        var file = Path.Combine(_root, "disk");
        await File.WriteAllTextAsync(file, "x", Cancel);
        var refused = await Assert.ThrowsAsync<RunningMachineException>(() => machine.Disks.AttachAsync("d", file, DiskType.Nvme, cancellationToken: Cancel));
        Assert.Equal((RunningMachineFailure.Refused, VmControlFailure.NoFreePort, "web: all ports are taken"), (refused.Failure, refused.Refusal, refused.Message));
        var missing = await Assert.ThrowsAsync<RunningMachineException>(() => machine.Disks.AttachAsync("d", file + "2", cancellationToken: Cancel));
        Assert.Equal((RunningMachineFailure.BadFile, null), (missing.Failure, missing.Refusal));
    }

    [Fact]
    public async Task What_only_vmspawns_servers_offer_is_refused_for_others()
    {
        await using var script = ScriptedMachine.Start(Place, "theirs", isOurs: false);
        await using var machine = await RunningMachine.OpenAsync("theirs", Where, Cancel);
        Assert.Equal("running", (await machine.GetStatusAsync(Cancel)).State);
        foreach (var request in (Func<Task>[])[() => machine.Disks.ListAsync(Cancel), () => machine.ListPortsAsync(Cancel), () => machine.OpenMonitorAsync(null, Cancel)])
            Assert.Equal(RunningMachineFailure.NotOffered, (await Assert.ThrowsAsync<RunningMachineException>(request)).Failure);
    }

    [Fact]
    public async Task A_silent_machine_ends_a_wait_by_its_time_limit_or_by_the_callers_token()
    {
        using var stopped = UnixListener.Bind(Path.Combine(Directory.CreateDirectory(Path.Combine(Place, "stopped")).FullName, "control"));
        var silent = await Assert.ThrowsAsync<RunningMachineException>(() => RunningMachine.OpenAsync("stopped", Where, Cancel));
        Assert.Equal(RunningMachineFailure.NotAnswering, silent.Failure);
        Assert.Equal("not answering", Assert.Single(await RunningMachine.ListStatusAsync(Where, Cancel)).State);

        var clock = Stopwatch.StartNew();
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        var patient = Where with { AnswerTime = TimeSpan.FromMinutes(1) };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunningMachine.OpenAsync("stopped", patient, soon.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunningMachine.ListStatusAsync(patient, soon.Token));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_call_that_is_not_answered_is_the_callers_to_cancel()
    {
        await using var script = ScriptedMachine.Start(Place, "web", true, ("io.systemd.MachineInstance.Pause", ScriptedMachine.Hang));
        await using var machine = await RunningMachine.OpenAsync("web", Where, Cancel);
        Assert.Equal(RunningMachineFailure.NotAnswering, (await Assert.ThrowsAsync<RunningMachineException>(() => machine.PauseAsync(Cancel))).Failure);
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => machine.PauseAsync(cancelled.Token));
    }

    [Fact]
    public async Task Events_are_read_until_the_machine_ends()
    {
        var script = ScriptedMachine.Start(Place, "web", true, ("io.systemd.MachineInstance.SubscribeEvents", async call =>
        {
            await call.ContinueAsync(writer => writer.WriteString("event"u8, "READY"));
            await call.ContinueAsync(writer =>
            {
                writer.WriteString("event"u8, "STOP");
                writer.WriteStartObject("data"u8);
                writer.WriteNumber("n"u8, 1);
                writer.WriteEndObject();
            });
            await ScriptedMachine.Hang(call);
        }));
        var seen = new List<string>();
        await using var machine = await RunningMachine.OpenAsync("web", Where, Cancel);
        await foreach (var happened in machine.ReadEventsAsync(["STOP"], Cancel))
        {
            seen.Add($"{happened.Name} {happened.Data}");
            if (happened.Name == "STOP")
                await script.DisposeAsync();
        }

        Assert.Equal(["READY ", """STOP {"n":1}"""], seen);
        Assert.Contains("""SubscribeEvents {"filter":["STOP"]}""", script.Calls);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
