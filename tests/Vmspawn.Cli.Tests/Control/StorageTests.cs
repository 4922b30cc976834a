using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn.Cli.Tests.Control;

public class StorageTests
{
    private const string Answer = "data: nvme, 10G, read-only, serial data, at 0000:03:00.0 behind vmspawn-hotplug-pci-root-port-0\n";

    // Answers with the disk, after a look at the descriptor that came.
    private static VarlinkHandler Receive(List<string> seen, string reply = $$"""{"storage":{{Machines.Disk}}}""") => call =>
    {
        Assert.True(call.Descriptors.TryTake((int)call.Parameters.GetProperty("fileDescriptorIndex").GetInt64(), out var handle));
        using (handle)
        {
            using var stream = new FileStream(new SafeFileHandle(handle.DangerousGetHandle(), ownsHandle: false), FileAccess.Read);
            var text = new StreamReader(stream).ReadToEnd();
            string access;
            try
            {
                DescriptorIo.Write(handle, "x"u8);
                access = "writable";
            }
            catch (LinuxException)
            {
                access = "read-only";
            }

            seen.Add($"{text} {access}");
        }

        return ScriptedMachine.Reply(reply)(call);
    };

    [Fact]
    public async Task Attach_hands_the_open_file_over_and_shows_where_it_is()
    {
        await using var desk = new Desk();
        var seen = new List<string>();
        var machine = desk.Add("web", ("org.vmspawn.Machine.Attach", Receive(seen)));
        var path = desk.File("my data.raw");
        Assert.Equal((0, Answer, ""), await desk.Run("attach", "web", path));
        Assert.Equal([$$"""Attach {"fileDescriptorIndex":0,"name":"my-data.raw","path":"{{path}}"}"""], machine.Calls);
        Assert.Equal(["content writable"], seen);
    }

    [Theory, InlineData("attach"), InlineData("replace"), InlineData("detach")]
    public async Task A_QEMU_that_does_not_answer_is_reported_before_steps_that_may_take_long(string verb)
    {
        await using var desk = new Desk();
        var machine = desk.Add("web", ("io.systemd.MachineInstance.Describe", ScriptedMachine.Hang));
        string[] operands = verb switch { "attach" => [desk.File("d")], "replace" => ["d", desk.File("d")], _ => ["d"] };
        Assert.Equal(
            (1, "", "vmspawn: web: the machine runs, but its QEMU does not answer within 2 s (it may be stopped, starting or overloaded)\n"),
            await desk.Run([verb, "web", .. operands]));
        Assert.Empty(machine.Calls);
    }

    [Fact]
    public async Task Attach_passes_its_options_on_wherever_they_stand()
    {
        await using var desk = new Desk();
        var seen = new List<string>();
        var machine = desk.Add("web", ("org.vmspawn.Machine.Attach", Receive(seen)));
        var path = desk.File("d");
        var (status, output, _) = await desk.Run("attach", "--type=nvme", "web", "--id", "x", path, "--read-only", "--json");
        Assert.Equal((0, Machines.Disk.Trim() + "\n"), (status, output));
        Assert.Equal([$$"""Attach {"fileDescriptorIndex":0,"name":"x","config":"nvme","readOnly":true,"path":"{{path}}"}"""], machine.Calls);
        Assert.Equal(["content read-only"], seen);
    }

    [Fact]
    public async Task A_format_is_passed_on_and_one_that_does_not_exist_is_a_mistake()
    {
        await using var desk = new Desk();
        var machine = desk.Add("web", ("org.vmspawn.Machine.Attach", Receive([])));
        var path = desk.File("d");
        await desk.Run("attach", "web", path, "--format=qcow2");
        Assert.Equal([$$"""Attach {"fileDescriptorIndex":0,"name":"d","format":"qcow2","path":"{{path}}"}"""], machine.Calls);
        var (status, _, error) = await desk.Run("attach", "web", path, "--format=vmdk");
        Assert.Equal(2, status);
        Assert.Contains("one of raw, qcow2", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Systemds_server_takes_raw_images_only()
    {
        await using var desk = new Desk();
        desk.AddForeign("theirs");
        var (status, _, error) = await desk.Run("attach", "theirs", desk.File("d"), "--format=qcow2");
        Assert.Equal(1, status);
        Assert.Contains("attaches raw images only", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cd_is_opened_for_reading_only()
    {
        await using var desk = new Desk();
        var seen = new List<string>();
        desk.Add("web", ("org.vmspawn.Machine.Attach", Receive(seen)));
        await desk.Run("attach", "web", desk.File("cd.iso"), "--type=scsi-cd");
        Assert.Equal(["content read-only"], seen);
    }

    [Fact]
    public async Task The_reason_of_a_refusal_reaches_the_user()
    {
        await using var desk = new Desk();
        desk.Add("web", ("org.vmspawn.Machine.Attach", ScriptedMachine.Refuse(
            "org.vmspawn.Machine.NoFreePort", """{"reason":"all 10 spare ports are taken: a, b, c","ports":[]}""")));
        Assert.Equal((1, "", "vmspawn: web: all 10 spare ports are taken: a, b, c\n"), await desk.Run("attach", "web", desk.File("d")));
    }

    [Fact]
    public async Task A_file_that_cannot_be_a_disk_is_refused_before_the_machine_is_asked()
    {
        await using var desk = new Desk();
        var machine = desk.Add("web");
        Assert.Equal((1, "", $"vmspawn: {desk.Place}: this is a directory\n"), await desk.Run("attach", "web", desk.Place));
        Assert.Equal((1, "", $"vmspawn: {desk.Place}: this is neither a regular file nor a block device\n"), await desk.Run("attach", "-r", "web", desk.Place));
        Assert.Equal((1, "", "vmspawn: /dev/null: this is neither a regular file nor a block device\n"), await desk.Run("attach", "web", "/dev/null"));
        Assert.Equal((1, "", "vmspawn: /nowhere/x: there is no such file\n"), await desk.Run("attach", "web", "/nowhere/x"));
        Assert.Empty(machine.Calls);
        Assert.Equal((1, "", "vmspawn: wed: no VM of this name is running (running: web)\n"), await desk.Run("attach", "wed", "/nowhere/x"));
    }

    [Fact]
    public async Task Systemd_vmspawn_can_attach_detach_and_replace_too()
    {
        await using var desk = new Desk();
        var seen = new List<string>();
        var machine = desk.AddForeign(
            "theirs",
            ("io.systemd.MachineInstance.AddStorage", Receive(seen, "{}")),
            ("io.systemd.MachineInstance.ReplaceStorage", Receive(seen, "{}")));
        Assert.Equal((0, "d: done\n", ""), await desk.Run("attach", "theirs", desk.File("d"), "--type=virtio-scsi"));
        Assert.Equal((0, """{"name":"d"}""" + "\n", ""), await desk.Run("replace", "theirs", "d", desk.File("e", "new"), "--read-only", "--json"));
        Assert.Equal((0, "", ""), await desk.Run("detach", "theirs", "d"));
        Assert.Equal(
            [
                """AddStorage {"fileDescriptorIndex":0,"name":"d","config":"virtio-scsi"}""",
                """ReplaceStorage {"fileDescriptorIndex":0,"name":"d"}""",
                """RemoveStorage {"name":"d"}""",
            ],
            machine.Calls);
        Assert.Equal(["content writable", "new read-only"], seen);
    }

    [Theory]
    [InlineData("NoSuchStorage", "it has no disk of that id")]
    [InlineData("StorageImmutable", "that disk is there for as long as the machine runs")]
    [InlineData("NotSupported", "it cannot do that")]
    public async Task Systemd_vmspawn_s_errors_are_sentences(string error, string sentence)
    {
        await using var desk = new Desk();
        desk.AddForeign("theirs", ("io.systemd.MachineInstance.RemoveStorage", ScriptedMachine.Refuse($"io.systemd.MachineInstance.{error}")));
        Assert.Equal((1, "", $"vmspawn: theirs: {sentence}\n"), await desk.Run("detach", "theirs", "d"));
    }

    [Fact]
    public async Task The_bare_eio_of_systemd_vmspawn_is_shown()
    {
        await using var desk = new Desk();
        desk.AddForeign("theirs", ("io.systemd.MachineInstance.AddStorage", _ => throw ServiceErrors.System(Errno.EIO)));
        Assert.Equal((1, "", "vmspawn: theirs: the system refused it: EIO\n"), await desk.Run("attach", "theirs", desk.File("d")));
    }

    [Theory]
    [InlineData(new string[0], "true", 60_000_000)]
    [InlineData(new[] { "--wait", "--timeout=1.5" }, "true", 1_500_000)]
    [InlineData(new[] { "--wait", "--no-wait" }, "false", 60_000_000)]
    public async Task Detach_waits_as_its_options_say(string[] options, string wait, int microseconds)
    {
        await using var desk = new Desk();
        var machine = desk.Add("web");
        Assert.Equal((0, "", ""), await desk.Run(["detach", "web", "data", .. options]));
        Assert.Equal([$$"""Detach {"name":"data","wait":{{wait}},"timeoutUsec":{{microseconds}}}"""], machine.Calls);
    }

    [Fact]
    public async Task A_disk_that_the_guest_has_not_released_is_a_failure_only_when_that_was_awaited()
    {
        await using var desk = new Desk();
        desk.Add("web", ("org.vmspawn.Machine.Detach", ScriptedMachine.Reply("""{"done":false}""")));
        Assert.Equal((0, "data: the guest was requested to release it\n", ""), await desk.Run("detach", "web", "data", "--no-wait"));
        Assert.Equal((1, "", "vmspawn: web: the guest has not released data yet\n"), await desk.Run("detach", "web", "data"));
    }

    [Fact]
    public async Task Detach_waits_longer_for_the_answer_than_the_machine_for_its_guest()
    {
        await using var desk = new Desk();
        desk.Add("web", ("org.vmspawn.Machine.Detach", async call =>
        {
            await Task.Delay(2500);
            await ScriptedMachine.Refuse("org.vmspawn.Machine.TimedOut", """{"name":"data","reason":"the guest did not let go within 100 ms"}""")(call);
        }));
        Assert.Equal((1, "", "vmspawn: web: the guest did not let go within 100 ms\n"), await desk.Run("detach", "web", "data", "--timeout=100ms"));
    }

    [Theory]
    [InlineData("data", "read-only")]
    [InlineData("root", "writable")]
    public async Task Replace_opens_the_file_as_the_disk_is(string id, string access)
    {
        await using var desk = new Desk();
        var seen = new List<string>();
        var machine = desk.Add("web", ("org.vmspawn.Machine.Replace", Receive(seen)));
        var path = desk.File("new.raw", "new");
        Assert.Equal((0, Answer, ""), await desk.Run("replace", "web", id, path));
        Assert.Equal($$"""Replace {"fileDescriptorIndex":0,"name":"{{id}}","path":"{{path}}"}""", machine.Calls[^1]);
        Assert.Equal([$"new {access}"], seen);
    }
}
