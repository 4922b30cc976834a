using System.Diagnostics;
using System.Text.Json;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Tests.Control;

public class StatusTests
{
    [Fact]
    public async Task Status_shows_all_facts_about_a_machine()
    {
        await using var desk = new Desk();
        desk.Add("web");
        Assert.Equal((0, """
            web: running
              QEMU       11.0.0 with kvm, process 4711
              served by  vmspawn 0.1.0, process 100
              CPUs       4
              memory     1.5G
              image      /images/web.raw
              uptime     2d 3h
              directory  /run/systemd/vmspawn/web
              layout     ports

            DISK  TYPE        SIZE  ACCESS      STATE     GUEST         PORT                             SERIAL  FILE
            root  virtio-blk    2G  read-write  attached  0000:01:00.0  vmspawn-pcieport-0               disk    /images/disk.raw
            data  nvme         10G  read-only   attached  0000:03:00.0  vmspawn-hotplug-pci-root-port-0  data    /images/data.raw

            PORT                             GUEST         SLOT  SPARE  STATE  OWNER
            vmspawn-pcieport-0               0000:00:10.0     1  no     taken  root
            vmspawn-hotplug-pci-root-port-0  0000:00:10.1     2  yes    taken  data
            vmspawn-hotplug-pci-root-port-1  0000:00:10.2     3  yes    free   -

            """, ""), await desk.Run("status", "web"));
    }

    [Fact]
    public async Task As_json_it_is_an_object_a_line_for_each_machine()
    {
        await using var desk = new Desk();
        desk.Add("a");
        desk.AddForeign("b");
        var (status, output, error) = await desk.Run("status", "b", "a", "--json");
        Assert.Equal((0, ""), (status, error));
        var lines = output.TrimEnd('\n').Split('\n').Select(line => JsonElement.Parse(line)).ToArray();
        Assert.Equal(["b", "a"], lines.Select(line => line.GetProperty("name").GetString()));
        Assert.Equal(JsonValueKind.Null, lines[0].GetProperty("storage").ValueKind);
        Assert.Equal("/images/data.raw", lines[1].GetProperty("storage")[1].GetProperty("path").GetString());
        Assert.Equal(3, lines[1].GetProperty("ports").GetArrayLength());
    }

    [Fact]
    public async Task A_machine_of_systemd_vmspawn_shows_what_it_tells()
    {
        await using var desk = new Desk();
        desk.AddForeign("theirs", ("io.systemd.MachineInstance.Describe", ScriptedMachine.Reply("""{"running":false,"status":"paused"}""")));
        Assert.Equal((0, $"""
            theirs: paused
              served by  systemd-vmspawn 262.1, process {Environment.ProcessId}
              directory  {desk.Place}/theirs

            """, ""), await desk.Run("status", "theirs"));
    }

    [Fact]
    public async Task Status_of_several_machines_shows_those_that_answer_and_a_line_for_each_failure()
    {
        await using var desk = new Desk();
        desk.AddForeign("b");
        desk.AddForeign("c");
        var (status, output, error) = await desk.Run("status", "b", "gone", "c", "b", "lost");
        Assert.Equal(1, status);
        Assert.Equal(["b: running", "", "c: running"], output.Split('\n').Where(line => !line.StartsWith(' '))  .SkipLast(1));
        Assert.Equal("""
            vmspawn: gone: no VM of this name is running (running: b, c)
            vmspawn: lost: no VM of this name is running (running: b, c)

            """, error);
    }

    [Fact]
    public async Task Without_any_machine_the_error_says_that_none_runs()
    {
        await using var desk = new Desk();
        Assert.Equal((1, "", "vmspawn: x: no VM of this name is running (none is)\n"), await desk.Run("status", "x"));
    }

    [Fact]
    public async Task An_ephemeral_machine_is_found_by_its_images_name_unless_a_second_one_runs()
    {
        await using var desk = new Desk();
        desk.AddForeign("web-0123456789abcdef");
        desk.AddForeign("web-server-with-name");
        Assert.StartsWith("web-0123456789abcdef: running\n", (await desk.Run("status", "web")).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await desk.Run("status", "web-0123456789abcde")).Status);
        Assert.Equal(1, (await desk.Run("status", "web-server")).Status);

        desk.AddForeign("web-00000000000000ff");
        Assert.Equal(
            "vmspawn: web: no VM of this name is running (running: web-00000000000000ff, web-0123456789abcdef, web-server-with-name)\n",
            (await desk.Run("status", "web")).Error);
        desk.AddForeign("web");
        Assert.StartsWith("web: running\n", (await desk.Run("status", "web")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_accepts_but_never_answers_is_given_up_after_two_seconds()
    {
        await using var desk = new Desk();
        using var stopped = UnixListener.Bind(Path.Combine(Directory.CreateDirectory(Path.Combine(desk.Place, "stopped")).FullName, "control"));
        var clock = Stopwatch.StartNew();
        Assert.Equal(
            (1, "", $"vmspawn: stopped: the machine runs as process {Environment.ProcessId}, but does not answer within 2 s (it may be stopped or overloaded)\n"),
            await desk.Run("status", "stopped"));
        Assert.InRange(clock.Elapsed.TotalSeconds, 1.9, 20);
    }

    [Fact]
    public async Task A_machine_that_hangs_in_the_call_itself_is_given_up_too()
    {
        await using var desk = new Desk();
        desk.Add("stuck", ("org.vmspawn.Machine.ListStorage", ScriptedMachine.Hang));
        var clock = Stopwatch.StartNew();
        var (status, _, error) = await desk.Run("status", "stuck");
        Assert.Equal((1, "vmspawn: stuck: the machine runs, but does not answer in time (it may be stopped or overloaded)\n"), (status, error));
        Assert.InRange(clock.Elapsed.TotalSeconds, 1.9, 20);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("-x")]
    [InlineData("")]
    public async Task What_is_no_machine_name_never_becomes_a_path(string name)
    {
        await using var desk = new Desk();
        var (status, _, error) = await desk.Run("status", "--", name);
        Assert.Equal(2, status);
        Assert.Contains("use a host name", error, StringComparison.Ordinal);
    }
}
