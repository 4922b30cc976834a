using System.Text;
using System.Text.Json;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests.Control;

/// <summary>varlinkctl of a current systemd on the control socket.</summary>
public sealed class VarlinkctlTests : VmTest
{
    private static readonly string[] Interfaces =
    [
        "io.systemd", "io.systemd.MachineInstance", "io.systemd.QemuMachineInstance", "io.systemd.VirtualMachineInstance",
        "org.varlink.service", "org.vmspawn.Console", "org.vmspawn.Faults", "org.vmspawn.Guest", "org.vmspawn.Machine",
    ];

    private const string Faults = "org.vmspawn.Faults.";

    private readonly HashSet<string> _answered = [];
    private string _socket = "";

    [Fact]
    public async Task Varlinkctl_prints_every_interface_and_every_method_answers_it()
    {
        await using var vm = await ControlledVm.Start(Scratch, QemuKind.Sid, Guest("commands,wait-acpi,sleep=200", "--network-user-mode"));
        _socket = vm.Socket;
        await vm.Run.Output.WaitFor("vmtest: waiting", GuestBound);

        var methods = await Introspect();
        await Asks();
        await DisksComeAndGo();
        await LinksAndHelpers();
        await Commands();
        await Good("Ours.Freeze", $$"""{"directory":"{{Scratch.Own("frozen")}}","keep":true}""");
        await GuestsConsole();
        using var events = Start("call", "--more", "--json=short", _socket, ControlledVm.Instance + "SubscribeEvents", """{"filter":["STOP","RESUME"]}""");
        await events.Output.WaitFor("READY", ShortBound);
        await Good("Instance.Pause", "{}");
        Assert.Equal("paused", await vm.State());
        await Good("Instance.Resume", "{}");
        await events.Output.WaitFor("RESUME", ShortBound);
        await Monitor();
        await Good("Instance.Reboot", "{}");
        await vm.Run.Output.WaitFor("vmtest: waiting", GuestBound, times: 2);
        await Good("Instance.PowerOff", "{}");
        await vm.Run.Output.WaitFor("vmtest: power button", GuestBound);

        using var exit = Start("call", "--timeout=infinity", "--json=short", _socket, ControlledVm.Ours + "WaitExit", "{}");
        var answer = Scratch.Raw("answer", 0);
        await Good("Ours.Restart", """{"fileDescriptorIndex":0,"force":true}""", answer);
        Assert.StartsWith("""{"status":0""", (await exit.End(ShortBound)).Output, StringComparison.Ordinal);
        _answered.Add(ControlledVm.Ours + "WaitExit");
        var told = await events.End(ShortBound);
        Assert.Contains("NotConnected", told.Error, StringComparison.Ordinal);
        Assert.Equal(["READY", "STOP", "RESUME"], Events(told.Output));
        _answered.Add(ControlledVm.Instance + "SubscribeEvents");
        for (var end = DateTime.UtcNow + ShortBound; await File.ReadAllTextAsync(answer, TestContext.Current.CancellationToken) != "started"; await Task.Delay(20, TestContext.Current.CancellationToken))
            Assert.True(DateTime.UtcNow < end, await File.ReadAllTextAsync(answer, TestContext.Current.CancellationToken));
        await Good("Instance.Terminate", "{}");
        Assert.Equal(0, (await vm.Run.End(ShortBound)).Status);
        await using (var other = await ControlledVm.Start(Scratch, QemuKind.Sid, Guest("sleep=200")))
        {
            await Good($"{Faults}CutPower", "{}");
            Assert.Equal(1, (await other.Run.End(ShortBound)).Status);
        }

        Assert.Equal(methods.Order(StringComparer.Ordinal), _answered.Order(StringComparer.Ordinal));
    }

    /// <summary>The names of all methods.</summary>
    private async Task<string[]> Introspect()
    {
        var about = JsonElement.Parse((await Run("info", "--json=short", _socket)).Output);
        Assert.Equal("vmspawn", about.GetProperty("product").GetString());
        _answered.Add("org.varlink.service.GetInfo");
        Assert.Equal(Interfaces, (await Run("list-interfaces", _socket)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        var methods = (await Run("list-methods", _socket)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in Interfaces)
        {
            var text = (await Run("introspect", _socket, name)).Output;
            Assert.Contains($"interface {name}\n", text, StringComparison.Ordinal);
            // What it prints it also reads.
            var printed = await Run("validate-idl", Scratch.Text($"{name}.varlink", text));
            Assert.DoesNotContain("error", printed.Error, StringComparison.OrdinalIgnoreCase);
            foreach (var method in methods.Where(method => method[..method.LastIndexOf('.')] == name))
                Assert.Contains($"method {method[(name.Length + 1)..]}(", text, StringComparison.Ordinal);
        }

        _answered.Add("org.varlink.service.GetInterfaceDescription");
        return methods;
    }

    private async Task Asks()
    {
        Assert.True((await Good("Instance.Describe", "{}")).GetProperty("running").GetBoolean());
        Assert.Equal(Scratch.Mark, (await Good("Ours.Status", "{}")).GetProperty("name").GetString());
        Assert.Equal(11, (await Good("Ours.ListPorts", "{}")).GetProperty("ports").GetArrayLength());
        Assert.Equal(JsonValueKind.Object, (await Good("Ours.Topology", "{}")).GetProperty("plan").ValueKind);
        await Good("Ours.SetMemory", """{"bytes":469762048}""");
        Assert.Equal(469762048, (await Good("Ours.GetMemory", "{}")).GetProperty("target").GetInt64());
    }

    private async Task DisksComeAndGo()
    {
        await Good("Instance.AddStorage", """{"fileDescriptorIndex":0,"name":"a","config":"nvme"}""", Scratch.Raw("a"));
        await Good("Ours.Attach", """{"fileDescriptorIndex":0,"name":"b"}""", Scratch.Raw("b"));
        var disks = (await Good("Ours.ListStorage", "{}")).GetProperty("storage").EnumerateArray();
        Assert.Equal(["a nvme", "b virtio-blk"], disks.Select(disk => $"{disk.GetProperty("name")} {disk.GetProperty("type")}"));
        await Good($"{Faults}SetDiskFault", """{"name":"b","fault":{"reads":true}}""");
        await Good($"{Faults}SetDiskFault", """{"name":"b"}""");
        await Good("Instance.ReplaceStorage", """{"fileDescriptorIndex":0,"name":"a"}""", Scratch.Raw("a2"));
        var replaced = await Good("Ours.Replace", """{"fileDescriptorIndex":0,"name":"b"}""", Scratch.Raw("b2", 8 << 20));
        Assert.Equal(8 << 20, replaced.GetProperty("storage").GetProperty("size").GetInt64());
        await Good("Instance.RemoveStorage", """{"name":"a"}""");
        Assert.True((await Good("Ours.Detach", """{"name":"b"}""")).GetProperty("done").GetBoolean());
        Assert.Contains("io.systemd.MachineInstance.NoSuchStorage", await Bad("Instance.RemoveStorage", """{"name":"a"}"""), StringComparison.Ordinal);
        Assert.Contains("no disk b is attached", await Bad("Ours.Detach", """{"name":"b"}"""), StringComparison.Ordinal);
    }

    private async Task LinksAndHelpers()
    {
        await Good($"{Faults}SetLink", """{"card":0,"up":false}""");
        await Good($"{Faults}SetLink", """{"card":0,"up":true}""");
        Assert.Equal(0, (await Good($"{Faults}ListHelpers", "{}")).GetProperty("helpers").GetArrayLength());
        Assert.Contains($"{Faults}Refused", await Bad($"{Faults}SetHelperFault", """{"name":"swtpm","fault":"kill"}"""), StringComparison.Ordinal);
        _answered.Add($"{Faults}SetHelperFault");
    }

    private async Task Commands()
    {
        const string Guests = "org.vmspawn.Guest.";
        Assert.Equal("shell", (await Good($"{Guests}WaitChannel", "{}")).GetProperty("name").GetString());
        using var sleep = Start("call", "--more", "--timeout=infinity", "--json=short", _socket, $"{Guests}Execute", """{"program":"sleep","arguments":["1000"]}""");
        await sleep.Output.WaitFor("""{"id":1}""", ShortBound);
        await Good($"{Guests}Resize", """{"id":1,"rows":24,"columns":80}""");
        await Good($"{Guests}Signal", """{"id":1,"signal":15}""");
        Assert.Contains("""{"status":143}""", (await sleep.End(ShortBound)).Output, StringComparison.Ordinal);
        Assert.Contains($"{Guests}NoSuchCommand", await Bad($"{Guests}Signal", """{"id":1,"signal":15}"""), StringComparison.Ordinal);
        _answered.Add($"{Guests}Execute");
    }

    /// <summary>The connection of an upgraded call is the console, its history first.</summary>
    private async Task GuestsConsole()
    {
        using var console = Start("call", "--upgrade", _socket, "org.vmspawn.Console.Attach", "{}");
        await console.Output.WaitFor("vmtest: waiting", ShortBound);
        console.Signal("TERM");
        await console.End(ShortBound);
        _answered.Add("org.vmspawn.Console.Attach");
    }

    /// <summary>The connection of an upgraded call is a monitor of QEMU's.</summary>
    private async Task Monitor()
    {
        using var qmp = Start("call", "--upgrade", _socket, "io.systemd.QemuMachineInstance.AcquireQMP", "{}");
        await qmp.Output.WaitFor("\"QMP\"", ShortBound);
        qmp.Input.Write(Encoding.UTF8.GetBytes("""{"execute":"qmp_capabilities"}{"execute":"query-name","id":{"odd":[1,null]}}""" + "\n"));
        qmp.Input.Flush();
        await qmp.Output.WaitFor("\"id\": {\"odd\":[1,null]}", ShortBound);
        Assert.Contains(Scratch.Mark, qmp.Output.Text, StringComparison.Ordinal);
        qmp.Input.Close();
        Assert.Equal(0, (await qmp.End(ShortBound)).Status);
        _answered.Add("io.systemd.QemuMachineInstance.AcquireQMP");
    }

    /// <summary>Calls a method, which has to answer without an error.</summary>
    private async Task<JsonElement> Good(string method, string parameters, string? file = null)
    {
        using var call = Call(method, parameters, file);
        var ended = await call.End(ShortBound);
        Assert.True(ended.Status == 0, $"{method}: {ended}");
        _answered.Add(Full(method));
        return JsonElement.Parse(ended.Output);
    }

    private async Task<string> Bad(string method, string parameters)
    {
        using var call = Call(method, parameters, file: null);
        var ended = await call.End(ShortBound);
        Assert.NotEqual(0, ended.Status);
        return ended.Output + ended.Error;
    }

    private VmspawnRun Call(string method, string parameters, string? file) => SidProgram.Start(
        Scratch, file, ["usr/bin/varlinkctl", "call", "--json=short", .. file is null ? [] : (string[])["--push-fd=5"], _socket, Full(method), parameters]);

    private static string Full(string method) => method
        .Replace("Instance.", ControlledVm.Instance, StringComparison.Ordinal).Replace("Ours.", ControlledVm.Ours, StringComparison.Ordinal);

    private VmspawnRun Start(params string[] words) => SidProgram.Start(Scratch, descriptor5: null, ["usr/bin/varlinkctl", .. words]);

    private async Task<Ended> Run(params string[] words)
    {
        using var run = Start(words);
        var ended = await run.End(ShortBound);
        Assert.True(ended.Status == 0, ended.ToString());
        return ended;
    }

    /// <summary>The events of a JSON text sequence (RFC 7464), the last of which is the error's parameters.</summary>
    private static IEnumerable<string?> Events(string output) => output
        .Split(['\n', '\u001e'], StringSplitOptions.RemoveEmptyEntries).Select(text => JsonElement.Parse(text))
        .Where(reply => reply.TryGetProperty("event", out _)).Select(reply => reply.GetProperty("event").GetString());
}
