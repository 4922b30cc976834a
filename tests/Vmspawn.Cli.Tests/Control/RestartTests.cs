using System.Text;
using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn.Cli.Tests.Control;

/// <summary><c>vmspawn restart</c>, and what owners answer.</summary>
public class RestartTests
{
    private const string Method = ScriptedMachine.Ours + ".Restart";

    [Fact]
    public async Task Every_machine_is_restarted_and_nothing_is_printed()
    {
        await using var desk = new Desk();
        var first = desk.Add("first", (Method, Answer("started")));
        var second = desk.Add("second", (Method, Answer("started")));
        Assert.Equal((0, "", ""), await desk.Run("restart", "first", "second"));
        Assert.Equal(["""Restart {"fileDescriptorIndex":0,"force":false}"""], first.Calls);
        Assert.Single(second.Calls);
    }

    [Fact]
    public async Task Force_is_passed_on()
    {
        await using var desk = new Desk();
        var machine = desk.Add("vm", (Method, Answer("started")));
        Assert.Equal((0, "", ""), await desk.Run("restart", "-f", "vm"));
        Assert.Equal(["""Restart {"fileDescriptorIndex":0,"force":true}"""], machine.Calls);
    }

    [Fact]
    public async Task Each_failure_has_its_reason()
    {
        await using var desk = new Desk();
        desk.Add("broken", (Method, Answer("--image=a.raw: there is no such file")));
        desk.Add("dead", (Method, Answer("")));
        desk.Add("library", (Method, ScriptedMachine.Refuse($"{ScriptedMachine.Ours}.NoRestart", """{"reason":"the program that owns it does not start it again"}""")));
        desk.AddForeign("theirs");
        Assert.Equal((1, "", """
            vmspawn: broken: it has not been started again: --image=a.raw: there is no such file
            vmspawn: dead: it has not been started again: its owner has ended
            vmspawn: library: the program that owns it does not start it again
            vmspawn: theirs: its server, systemd-vmspawn 262.1, does not start machines again

            """), await desk.Run("restart", "broken", "dead", "library", "theirs"));
    }

    [Fact]
    public async Task The_wait_has_a_limit()
    {
        await using var desk = new Desk();
        var held = new List<IDisposable>();
        desk.Add("slow", (Method, call =>
        {
            held.Add(Take(call));
            return call.ReplyAsync();
        }));
        Assert.Equal((1, "", "vmspawn: slow: it has not been started again: this takes longer than 0.1 s\n"), await desk.Run("restart", "slow", "--timeout=100ms"));
        held.ForEach(one => one.Dispose());
    }

    private static VarlinkHandler Answer(string text) => async call =>
    {
        using var pipe = Take(call);
        await call.ReplyAsync();
        if (text.Length > 0)
            DescriptorIo.WriteAll(pipe, Encoding.UTF8.GetBytes(text), TimeSpan.FromSeconds(5));
    };

    private static Microsoft.Win32.SafeHandles.SafeFileHandle Take(VarlinkCall call) =>
        call.Descriptors.TryTake(0, out var pipe) ? pipe : throw new InvalidOperationException("there is no descriptor");
}
