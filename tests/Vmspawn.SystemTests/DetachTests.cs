using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary><c>vmspawn run --detach</c>, on a guest of busybox.</summary>
public sealed class DetachTests : VmTest
{
    private const QemuKind Qemu = QemuKind.Distribution;

    [Fact]
    public async Task A_machine_survives_the_shell_that_started_it()
    {
        // The shell waits for the end of what holds its pipe.
        using var shell = VmspawnRun.StartProgram("/usr/bin/setsid", new Dictionary<string, string?>(), Scratch, Qemu,
            ["/bin/sh", "-c", "name=$(printf secret | \"$0\" \"$@\") && echo \"got $name\" && exec sleep 1000", Prepared.Binary, .. Detached("commands,wait-acpi,poweroff", "--load-credential=theirs:/dev/stdin")]);
        await shell.Output.WaitFor($"got {Scratch.Mark}\n", GuestBound);
        Processes.Signal(-shell.ProcessId, "HUP");
        await shell.End(ShortBound);

        var owner = await Owner();
        Assert.Contains(Scratch.Mark, (await Good(Qemu, "list")).Output, StringComparison.Ordinal);
        Assert.All([0, 1, 2], number => Assert.Equal("/dev/null", Processes.Descriptors(owner)[number]));
        Assert.Equal("hi\n", (await Good(Qemu, "exec", Scratch.Mark, "echo", "hi")).Output);
        // Read from the pipe of a program that has ended.
        Assert.Contains("theirs=c2VjcmV0", (await Good(Qemu, "exec", Scratch.Mark, "--", "sh", "-c", "tr '\\0' '\\n' </sys/firmware/dmi/entries/11-0/raw")).Output, StringComparison.Ordinal);
        Assert.Contains("options read standard input", (await Client(Qemu, "restart", Scratch.Mark)).Error, StringComparison.Ordinal);
        using var console = VmspawnRun.Start(Scratch, Qemu, "console", "--user", "-q", Scratch.Mark);
        await console.Output.WaitFor("vmtest: waiting for the power button", ShortBound);
        using var end = VmspawnRun.Start(Scratch, Qemu, "wait", "--user", Scratch.Mark, "--for=exit");
        await Good(Qemu, "poweroff", Scratch.Mark);
        Assert.Equal(0, (await end.End(GuestBound)).Status);
        await Processes.Gone(owner, ShortBound);
        console.Input.Close();
        await console.End(ShortBound);
        using var logs = VmspawnRun.Start(Scratch, Qemu, "logs", Scratch.Mark);
        var log = (await logs.End(ShortBound)).Output;
        Assert.Contains("vmtest: power button", log, StringComparison.Ordinal);
        Assert.EndsWith($"vmspawn: {Scratch.Mark}: ended with status 0\n", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_is_started_again_with_the_same_command_line()
    {
        var initrd = Scratch.Own("initrd");
        File.Copy(Prepared.Initrd, initrd);
        // Another directory than that of the client.
        using var start = VmspawnRun.StartProgram("/bin/sh", new Dictionary<string, string?>(), Scratch, Qemu,
            ["-c", "cd /; exec \"$0\" \"$@\"", Prepared.Binary, .. Detached("commands,wait-acpi,poweroff").Select(word => word.StartsWith("--initrd=", StringComparison.Ordinal) ? $"--initrd={initrd[1..]}" : word)]);
        await start.EndWith(0, GuestBound);
        var owner = await Owner();
        await Good(Qemu, "restart", Scratch.Mark);
        Assert.Equal(owner, await Owner());
        await Good(Qemu, "wait", Scratch.Mark);
        Assert.Equal("hi\n", (await Good(Qemu, "exec", Scratch.Mark, "-q", "echo", "hi")).Output);

        File.Move(initrd, $"{initrd}.away");
        var failed = await Client(Qemu, "restart", "--force", Scratch.Mark);
        File.Move($"{initrd}.away", initrd);
        Assert.Equal(new Ended(1, "", $"vmspawn: {Scratch.Mark}: it has not been started again: --initrd={initrd}: there is no such file\n"), failed);
        await Processes.Gone(owner, ShortBound);
    }

    [Fact]
    public async Task A_machine_on_a_terminal_is_started_again_there_and_a_command_is_not()
    {
        using var run = VmspawnRun.Start(Scratch, Qemu, Guest("commands,wait-acpi,poweroff"));
        await run.Output.WaitFor("vmtest: waiting", GuestBound);
        await Good(Qemu, "restart", Scratch.Mark);
        await run.Output.WaitFor("vmtest: waiting", GuestBound, times: 2);
        await Good(Qemu, "terminate", Scratch.Mark);
        await run.EndWith(0, ShortBound);

        using var command = VmspawnRun.Start(Scratch, Qemu, Detached("commands,wait-acpi,poweroff").Select(word => word == "--detach" ? "--exec=echo begun; sleep 1000" : word));
        await command.Output.WaitFor("begun", GuestBound);
        var refused = await Client(Qemu, "restart", Scratch.Mark);
        Assert.Equal(1, refused.Status);
        Assert.Contains("the program that owns it does not start it again", refused.Error, StringComparison.Ordinal);
        await Good(Qemu, "terminate", Scratch.Mark);
        Assert.Equal(255, (await command.End(ShortBound)).Status);
    }

    [Fact]
    public async Task A_start_that_fails_has_the_status_and_the_message_of_one_on_the_terminal()
    {
        string[] missing = ["--user", $"--machine={Scratch.Mark}", "--image=nowhere.raw"];
        Assert.Equal(await Run(Qemu, missing), await Run(Qemu, [.. missing, "--detach"]));
        Assert.Equal(2, (await Run(Qemu, [.. missing, "--detach", "--ram=0"])).Status);

        var panicked = await Run(Qemu, Detached("panic"));
        Assert.Equal((1, ""), (panicked.Status, panicked.Output));
        Assert.Contains($"vmspawn: {Scratch.Mark}: the guest's kernel panicked before the guest's readiness: ", panicked.Error, StringComparison.Ordinal);
        Assert.Contains($"vmspawn: {Scratch.Mark}: the last lines of its console:\n", panicked.Error, StringComparison.Ordinal);

        using var closed = VmspawnRun.StartWith(new Dictionary<string, string?> { ["XDG_RUNTIME_DIR"] = "/proc", ["TMPDIR"] = "/proc" }, Scratch, Qemu, Detached("poweroff"));
        var refused = await closed.End(GuestBound);
        Assert.Equal((1, ""), (refused.Status, refused.Output));
        Assert.Contains("runtime directory: there is no place for it", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_name_and_a_name_that_cannot_be_printed_leave_nothing_behind()
    {
        var first = await Run(Qemu, Detached("commands,wait-acpi,poweroff"));
        Assert.Equal((0, $"{Scratch.Mark}\n", ""), (first.Status, first.Output, first.Error));
        var owner = await Owner();
        var second = await Run(Qemu, Detached("poweroff"));
        Assert.Equal((1, ""), (second.Status, second.Output));
        Assert.Contains(Scratch.Mark, second.Error, StringComparison.Ordinal);
        await Good(Qemu, "terminate", Scratch.Mark);
        await Processes.Gone(owner, ShortBound);

        using var full = VmspawnRun.StartProgram("/bin/sh", new Dictionary<string, string?>(), Scratch, Qemu, ["-c", "exec \"$0\" \"$@\" >/dev/full", Prepared.Binary, .. Detached("commands,wait-acpi,poweroff")]);
        var unprinted = await full.End(GuestBound);
        Assert.Equal(1, unprinted.Status);
        Assert.Contains("so the machine was ended", unprinted.Error, StringComparison.Ordinal);
        Assert.Empty(Owners());
    }

    [Fact]
    public async Task The_end_of_the_process_that_waits_ends_a_machine_that_is_not_ready()
    {
        using (var killed = VmspawnRun.Start(Scratch, Qemu, Detached("ignore-acpi")))
        {
            var owner = await Owner();
            for (var end = DateTime.UtcNow + GuestBound; Processes.Children(owner).Length == 0; await Task.Delay(20, TestContext.Current.CancellationToken))
                Assert.True(DateTime.UtcNow < end);
            killed.Signal("KILL");
            await Processes.Gone(owner, ShortBound);
        }

        using var interrupted = VmspawnRun.Start(Scratch, Qemu, Detached("wait-acpi,poweroff"));
        using var console = await Console();
        await console.Output.WaitFor("vmtest: waiting", GuestBound);
        interrupted.Signal("INT");
        var ended = await interrupted.End(GuestBound);
        Assert.Equal((1, ""), (ended.Status, ended.Output));
        Assert.Contains("SIGINT: asking the guest to power off", ended.Error, StringComparison.Ordinal);
        Assert.Contains("SIGINT came before the machine was ready, so it was ended", ended.Error, StringComparison.Ordinal);
    }

    private string[] Detached(string words, params string[] options) => [.. Guest(words, [.. options, "--detach"]).Where(word => word != "--console=read-only")];

    private static bool IsOwner(int id) => Processes.Arguments(id) is [_, "[detached]", ..];

    private IEnumerable<int> Owners() => Processes.With(Scratch.Mark).Where(IsOwner);

    private async Task<int> Owner()
    {
        for (var end = DateTime.UtcNow + ShortBound; ; await Task.Delay(20, TestContext.Current.CancellationToken))
        {
            if (Owners().ToList() is [var only])
                return only;
            Assert.True(DateTime.UtcNow < end, "there is no process that owns a machine");
        }
    }

    private async Task<VmspawnRun> Console()
    {
        for (var end = DateTime.UtcNow + ShortBound; !File.Exists(Path.Combine(Scratch.RuntimeOf(Scratch.Mark), "control")); await Task.Delay(20, TestContext.Current.CancellationToken))
            Assert.True(DateTime.UtcNow < end, "there is no control socket");
        return VmspawnRun.Start(Scratch, Qemu, "console", "--user", "-q", Scratch.Mark);
    }
}
