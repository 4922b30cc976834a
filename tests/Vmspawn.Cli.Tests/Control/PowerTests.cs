using System.Diagnostics;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Tests.Control;

public class PowerTests
{
    [Theory]
    [InlineData("poweroff", "PowerOff")]
    [InlineData("reboot", "Reboot")]
    [InlineData("pause", "Pause")]
    [InlineData("resume", "Resume")]
    [InlineData("terminate", "Terminate")]
    public async Task Each_subcommand_calls_its_method_on_every_machine_and_prints_nothing(string word, string method)
    {
        await using var desk = new Desk();
        var ours = desk.Add("ours");
        var theirs = desk.AddForeign("theirs");
        var other = desk.Add("other");
        Assert.Equal((0, "", ""), await desk.Run(word, "ours", "theirs"));
        Assert.Equal([$"{method} {{}}"], ours.Calls);
        Assert.Equal([$"{method} {{}}"], theirs.Calls);
        Assert.Empty(other.Calls);
    }

    [Fact]
    public async Task Every_machine_is_tried_and_each_failure_is_one_line()
    {
        await using var desk = new Desk();
        desk.Add("bad", ("io.systemd.MachineInstance.Pause", ScriptedMachine.Refuse("io.systemd.MachineInstance.NotConnected")));
        desk.Add("stuck", ("io.systemd.MachineInstance.Pause", ScriptedMachine.Hang));
        desk.Add("stuck2", ("io.systemd.MachineInstance.Pause", ScriptedMachine.Hang));
        var good = desk.Add("good");
        var clock = Stopwatch.StartNew();
        Assert.Equal((1, "", """
            vmspawn: bad: its connection to QEMU has ended
            vmspawn: gone: no VM of this name is running (running: bad, good, stuck, stuck2)
            vmspawn: stuck: the machine runs, but does not answer in time (it may be stopped or overloaded)
            vmspawn: stuck2: the machine runs, but does not answer in time (it may be stopped or overloaded)

            """), await desk.Run("pause", "bad", "gone", "stuck", "stuck2", "good"));
        Assert.Equal(["Pause {}"], good.Calls);
        Assert.InRange(clock.Elapsed.TotalSeconds, 1.9, 20);
    }

    [Fact]
    public async Task A_machine_that_is_ended_before_it_can_answer_was_terminated()
    {
        await using var desk = new Desk();
        using var socket = UnixListener.Bind(Path.Combine(Directory.CreateDirectory(Path.Combine(desk.Place, "quick")).FullName, "control"));
        var vanishing = VanishAsync(socket);
        Assert.Equal((0, "", ""), await desk.Run("terminate", "quick"));
        await vanishing;
        vanishing = VanishAsync(socket);
        Assert.Equal((1, "", "vmspawn: quick: the machine ended before it answered\n"), await desk.Run("pause", "quick"));
        await vanishing;
    }

    // Reports its identity, and disconnects at the next call.
    private static async Task VanishAsync(UnixListener socket)
    {
        using var connection = await socket.AcceptAsync();
        using var none = new DescriptorQueue(0);
        var buffer = new byte[4096];
        await connection.ReceiveAsync(buffer, none);
        await connection.SendAsync("""{"parameters":{"vendor":"v","product":"p","version":"1","url":"","interfaces":["io.systemd.MachineInstance"]}}"""u8.ToArray());
        await connection.SendAsync(new byte[1]);
        await connection.ReceiveAsync(buffer, none);
    }
}
