using System.Diagnostics;
using System.Text.Json;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Tests.Control;

public class ListTests
{
    [Fact]
    public async Task Machines_are_a_table_sorted_by_name()
    {
        await using var desk = new Desk();
        desk.Add("web", ("org.vmspawn.Machine.Status", ScriptedMachine.Reply(Machines.Status("web", "paused"))));
        desk.Add("db");
        Assert.Equal((0, """
            NAME  STATE    QEMU  CPUS  MEMORY  IMAGE            UPTIME
            db    running  4711     4    1.5G  /images/db.raw   2d 3h
            web   paused   4711     4    1.5G  /images/web.raw  2d 3h

            """, ""), await desk.Run("list"));
    }

    [Fact]
    public async Task As_json_it_is_an_array_with_every_field()
    {
        await using var desk = new Desk();
        desk.Add("db");
        var started = (Machines.Now - new TimeSpan(2, 3, 4, 5)).ToUnixTimeMilliseconds();
        Assert.Equal((0, $$"""
            [{"name":"db","state":"running","running":true,"pid":100,"qemuPid":4711,"qemuVersion":"11.0.0","accelerator":"kvm","cpus":4,"memory":1610612736,"startedUsec":{{started}}000,"image":"/images/db.raw","runtimeDirectory":"/run/systemd/vmspawn/db","layout":"ports","ready":null,"guestStatus":null,"guestChannel":null,"vsockCid":null,"sshAddress":null,"sshPort":null,"sshPrivateKeyPath":null,"server":"vmspawn 0.1.0"}]

            """, ""), await desk.Run("list", "--json"));
    }

    [Fact]
    public async Task Without_running_machines_the_list_is_empty_and_the_command_succeeds()
    {
        await using var desk = new Desk();
        Assert.Equal((0, "NAME  STATE  QEMU  CPUS  MEMORY  IMAGE  UPTIME\n", ""), await desk.Run("list"));
        Assert.Equal((0, "[]\n", ""), await desk.Run("list", "--json"));
    }

    [Fact]
    public async Task What_a_dead_run_left_is_not_listed()
    {
        await using var desk = new Desk();
        Directory.CreateDirectory(Path.Combine(desk.Place, "empty"));
        Directory.CreateDirectory(Path.Combine(desk.Place, "file"));
        File.WriteAllText(Path.Combine(desk.Place, "file", "control"), "");
        UnixListener.Bind(Path.Combine(Directory.CreateDirectory(Path.Combine(desk.Place, "closed")).FullName, "control")).Dispose();
        Directory.CreateDirectory(Path.Combine(desk.Place, "not a machine's name"));
        Assert.Equal((0, "[]\n", ""), await desk.Run("list", "--json"));
    }

    [Fact]
    public async Task Machines_that_hang_are_listed_as_such_after_a_second_for_all_of_them()
    {
        await using var desk = new Desk();
        desk.Add("good");
        // The kernel accepts for a process that is stopped.
        using var stopped = UnixListener.Bind(Path.Combine(Directory.CreateDirectory(Path.Combine(desk.Place, "stopped")).FullName, "control"));
        desk.Add("stuck", ("org.vmspawn.Machine.Status", ScriptedMachine.Hang));
        desk.Add("stuck2", ("org.vmspawn.Machine.Status", ScriptedMachine.Hang));
        var clock = Stopwatch.StartNew();
        var (status, output, _) = await desk.Run("list");
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.9, 1.9);
        Assert.Equal(0, status);
        Assert.Equal(
            ["good     running        ", "stopped  not answering  ", "stuck    not answering  ", "stuck2   not answering  "],
            output.TrimEnd('\n').Split('\n')[1..].Select(line => line[..24]));
    }

    [Fact]
    public async Task A_machine_of_systemd_vmspawn_is_listed_with_what_it_tells()
    {
        await using var desk = new Desk();
        desk.AddForeign("theirs");
        Assert.Equal((0, """
            NAME    STATE    QEMU  CPUS  MEMORY  IMAGE  UPTIME
            theirs  running     -     -       -  -      -

            """, ""), await desk.Run("list"));
        var (_, json, _) = await desk.Run("list", "--json");
        var machine = JsonElement.Parse(json)[0];
        Assert.Equal((JsonValueKind.Null, "systemd-vmspawn 262.1"), (machine.GetProperty("qemuPid").ValueKind, machine.GetProperty("server").GetString()));
    }

    [Fact]
    public async Task On_a_narrow_terminal_the_path_of_the_image_is_cut_at_its_start()
    {
        await using var desk = new Desk { Width = 60 };
        desk.Add("a-machine-with-a-long-name");
        var (_, output, _) = await desk.Run("list");
        Assert.Equal("a-machine-with-a-long-name  running  4711     4    1.5G  …ng-name.raw  2d 3h", output.Split('\n')[1]);
    }

    [Fact]
    public async Task Control_characters_of_a_server_do_not_reach_the_terminal()
    {
        await using var desk = new Desk();
        desk.Add("db", ("org.vmspawn.Machine.Status", ScriptedMachine.Reply(Machines.Status("db", "\\u001b[2Jgone"))));
        var (_, output, _) = await desk.Run("list");
        Assert.DoesNotContain("\e", output, StringComparison.Ordinal);
        Assert.Contains("\\x1b[2Jgone", output, StringComparison.Ordinal);
    }
}
