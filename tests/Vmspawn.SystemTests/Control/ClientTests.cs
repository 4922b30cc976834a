using System.Text.Json;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests.Control;

/// <summary>The subcommands on a running guest, as a user or a script calls them.</summary>
public sealed class ClientTests : VmTest
{
    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_guest_is_seen_changed_and_powered_off_from_outside(QemuKind qemu)
    {
        Assert.Equal("[]\n", (await Good(qemu, "list", "--json")).Output);
        var image = Scratch.Raw("disk");
        using var run = VmspawnRun.Start(Scratch, qemu, Guest("wait-acpi,wait-acpi,poweroff", $"--image={image}"));
        await run.Output.WaitFor("vmtest: waiting", GuestBound);

        await IsListed(qemu, run, image);
        using var events = VmspawnRun.Start(Scratch, qemu, "events", Scratch.Mark, "--json");
        await events.Output.WaitFor("""{"event":"READY"}""", ShortBound);
        await PausesAndResumes(qemu, events);
        await DiskComesAndGoes(qemu, events);
        await MonitorAnswers(qemu);

        // The guest wants two presses: the first one shows that it lives on afterwards.
        await Good(qemu, "poweroff", Scratch.Mark);
        await run.Output.WaitFor("vmtest: waiting", GuestBound, times: 2);
        var partly = await Client(qemu, "poweroff", "no-such-vm", Scratch.Mark);
        Assert.Equal(1, partly.Status);
        Assert.Equal($"vmspawn: no-such-vm: no VM of this name is running (running: {Scratch.Mark})\n", partly.Error);
        var ended = await run.End(GuestBound);
        Assert.True(ended.Status == 0, ended.ToString());

        var told = await events.End(ShortBound);
        Assert.True(told is { Status: 0, Error: "" }, told.ToString());
        Assert.Contains("\"SHUTDOWN\"", told.Output, StringComparison.Ordinal);
        Assert.Equal("[]\n", (await Good(qemu, "list", "--json")).Output);
    }

    [Fact]
    public async Task A_machine_whose_vmspawn_is_stopped_delays_no_other_and_can_continue()
    {
        const QemuKind Qemu = QemuKind.Distribution;
        using var run = VmspawnRun.Start(Scratch, Qemu, Guest("wait-acpi,poweroff"));
        await run.Output.WaitFor("vmtest: waiting", GuestBound);
        run.Signal("STOP");
        Assert.Contains("not answering", (await Good(Qemu, "list")).Output, StringComparison.Ordinal);
        var silent = await Client(Qemu, "status", Scratch.Mark);
        Assert.Equal(1, silent.Status);
        Assert.Contains($"runs as process {run.ProcessId}, but does not answer within 2 s", silent.Error, StringComparison.Ordinal);
        run.Signal("CONT");
        // With the server well but QEMU stopped, what may take long says so as soon.
        Processes.Signal(run.Qemu, "STOP");
        var attach = await Client(Qemu, "attach", Scratch.Mark, Scratch.Raw("d"));
        Assert.Equal(
            new Ended(1, "", $"vmspawn: {Scratch.Mark}: the machine runs, but its QEMU does not answer within 2 s (it may be stopped, starting or overloaded)\n"),
            attach);
        Processes.Signal(run.Qemu, "CONT");
        await Good(Qemu, "terminate", Scratch.Mark);
        await run.EndWith(0, ShortBound);
    }

    [Fact]
    public async Task Another_user_s_machine_is_seen_but_refused_with_the_reason()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can be two users");
        const QemuKind Qemu = QemuKind.Distribution;
        using var run = VmspawnRun.Start(Scratch, Qemu, Guest("wait-acpi,poweroff"));
        await run.Output.WaitFor("vmtest: waiting", GuestBound);
        // As /run/systemd/vmspawn is where systemd made it; the machine's own directory stays closed.
        foreach (var folder in (string[])[Scratch.Root, Scratch.Images, Scratch.Runtime, Path.Combine(Scratch.Runtime, "systemd"), Path.Combine(Scratch.Runtime, "systemd", "vmspawn")])
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);

        var listed = await AsNobody("list", "--user");
        Assert.True(listed is { Status: 0, Error: "" }, listed.ToString());
        Assert.Contains($"{Scratch.Mark}  not permitted", listed.Output, StringComparison.Ordinal);
        Assert.Equal(
            new Ended(1, "", $"vmspawn: {Scratch.Mark}: the machine belongs to another user (uid 0) (call this as that user, or as root)\n"),
            await AsNobody("terminate", Scratch.Mark, "--user"));
        await Good(Qemu, "terminate", Scratch.Mark);
        await run.EndWith(0, ShortBound);
    }

    private async Task<Ended> AsNobody(params string[] words)
    {
        var binary = Scratch.Own("vmspawn");
        File.Copy(Prepared.Binary, binary, overwrite: true);
        using var client = VmspawnRun.StartProgram(
            "/usr/bin/setpriv", new Dictionary<string, string?>(), Scratch, QemuKind.Distribution,
            ["--reuid=65534", "--regid=65534", "--clear-groups", binary, .. words]);
        return await client.End(ShortBound);
    }

    private async Task IsListed(QemuKind qemu, VmspawnRun run, string image)
    {
        var listed = await Listed(qemu);
        Assert.Equal(
            (Scratch.Mark, "running", run.ProcessId, run.Qemu, 1, 512L << 20, image),
            (Text(listed, "name"), Text(listed, "state"), listed.GetProperty("pid").GetInt32(), listed.GetProperty("qemuPid").GetInt32(),
                listed.GetProperty("cpus").GetInt32(), listed.GetProperty("memory").GetInt64(), Text(listed, "image")));
        Assert.StartsWith($"{Scratch.Mark}  ", (await Good(qemu, "list")).Output.Split('\n')[1], StringComparison.Ordinal);
        var status = (await Good(qemu, "status", Scratch.Mark)).Output;
        Assert.StartsWith($"{Scratch.Mark}: running\n", status, StringComparison.Ordinal);
        Assert.Contains(image, status, StringComparison.Ordinal);
        Assert.Contains("vmspawn-hotplug-pci-root-port-9", status, StringComparison.Ordinal);
    }

    // On a host that is busy with other guests an answer may take longer than the list waits.
    private async Task<JsonElement> Listed(QemuKind qemu)
    {
        for (var tries = 1; ; tries++)
        {
            var listed = Assert.Single(JsonElement.Parse((await Good(qemu, "list", "--json")).Output).EnumerateArray());
            if (tries == 5 || Text(listed, "state") != "not answering")
                return listed;
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }

    private async Task PausesAndResumes(QemuKind qemu, VmspawnRun events)
    {
        await Good(qemu, "pause", Scratch.Mark);
        await events.Output.WaitFor("\"STOP\"", ShortBound);
        Assert.Equal("paused", Text(await Status(qemu), "state"));
        await Good(qemu, "resume", Scratch.Mark);
        await events.Output.WaitFor("\"RESUME\"", ShortBound);
        Assert.Equal("running", Text(await Status(qemu), "state"));
    }

    private async Task DiskComesAndGoes(QemuKind qemu, VmspawnRun events)
    {
        var data = Scratch.Raw("data.img");
        var disk = JsonElement.Parse((await Good(qemu, "attach", Scratch.Mark, data, "--type=nvme", "--json")).Output);
        Assert.Equal(
            ("data.img", "nvme", false, 4L << 20, data),
            (Text(disk, "name"), Text(disk, "type"), disk.GetProperty("readOnly").GetBoolean(), disk.GetProperty("size").GetInt64(), Text(disk, "path")));
        Assert.Contains("data.img", (await Status(qemu)).GetProperty("storage").EnumerateArray().Select(row => Text(row, "name")));

        var again = await Client(qemu, "attach", Scratch.Mark, data, "--id=data.img");
        Assert.Equal(1, again.Status);
        Assert.StartsWith($"vmspawn: {Scratch.Mark}: ", again.Error, StringComparison.Ordinal);
        Assert.Contains("data.img", again.Error, StringComparison.Ordinal);

        await Good(qemu, "detach", Scratch.Mark, "data.img", "--timeout=1min");
        await events.Output.WaitFor("\"DEVICE_DELETED\"", ShortBound);
        Assert.DoesNotContain("data.img", (await Status(qemu)).GetProperty("storage").EnumerateArray().Select(row => Text(row, "name")));
        Assert.Equal(1, (await Client(qemu, "detach", Scratch.Mark, "data.img")).Status);
    }

    private async Task MonitorAnswers(QemuKind qemu)
    {
        var status = JsonElement.Parse((await Good(qemu, "qmp", Scratch.Mark, "query-status", "--json")).Output);
        Assert.Equal("running", Text(status, "status"));
        var block = JsonElement.Parse((await Good(qemu, "qmp", Scratch.Mark, "qom-get", """{"path": "/machine", "property": "type"}""")).Output);
        Assert.Contains("q35", block.GetString(), StringComparison.Ordinal);
        var refused = await Client(qemu, "qmp", Scratch.Mark, "no-such-command");
        Assert.Equal(1, refused.Status);
        Assert.Contains("no-such-command", refused.Error, StringComparison.Ordinal);
    }

    private async Task<JsonElement> Status(QemuKind qemu) => JsonElement.Parse((await Good(qemu, "status", Scratch.Mark, "--json")).Output);

    private static string? Text(JsonElement from, string name) => from.GetProperty(name).GetString();
}
