using Vmspawn.Varlink;

namespace Vmspawn.Cli.Tests.Control;

/// <summary>What a scripted machine says unless a test wants something else.</summary>
internal static class Machines
{
    public static readonly DateTimeOffset Now = new(2026, 1, 2, 13, 4, 5, 678, TimeSpan.Zero);

    public const string Disk = """
        {"name":"data","type":"nvme","driver":"nvme","readOnly":true,"size":10737418240,"serial":"data","port":"vmspawn-hotplug-pci-root-port-0","guest":"0000:03:00.0","path":"/images/data.raw","root":false,"removable":true,"state":"attached"}
        """;

    public static VarlinkHandler Default(string name, string method) => method switch
    {
        "org.vmspawn.Machine.Status" => ScriptedMachine.Reply(Status(name)),
        "org.vmspawn.Machine.ListStorage" => ScriptedMachine.Reply($$"""
            {"storage":[
            {"name":"root","type":"virtio-blk","driver":"virtio-blk-pci","readOnly":false,"size":2147483648,"serial":"disk","port":"vmspawn-pcieport-0","guest":"0000:01:00.0","path":"/images/disk.raw","root":true,"removable":false,"state":"attached"},
            {{Disk}}]}
            """),
        "org.vmspawn.Machine.ListPorts" => ScriptedMachine.Reply("""
            {"ports":[
            {"id":"vmspawn-pcieport-0","spare":false,"guest":"0000:00:10.0","bus":1,"slot":1,"owner":"root","state":"taken"},
            {"id":"vmspawn-hotplug-pci-root-port-0","spare":true,"guest":"0000:00:10.1","bus":2,"slot":2,"owner":"data","state":"taken"},
            {"id":"vmspawn-hotplug-pci-root-port-1","spare":true,"guest":"0000:00:10.2","slot":3,"state":"free"}]}
            """),
        "org.vmspawn.Machine.Attach" or "org.vmspawn.Machine.Replace" => ScriptedMachine.Reply($$"""{"storage":{{Disk}}}"""),
        "org.vmspawn.Machine.Detach" => ScriptedMachine.Reply("""{"done":true}"""),
        "io.systemd.MachineInstance.Describe" => ScriptedMachine.Reply("""{"running":true,"status":"running"}"""),
        _ => ScriptedMachine.Reply("{}"),
    };

    public static string Status(string name, string state = "running") => $$"""
        {"name":"{{name}}","pid":100,"qemuPid":4711,"qemuVersion":"11.0.0","state":"{{state}}","running":{{(state == "running" ? "true" : "false")}},"accelerator":"kvm","cpus":4,"memory":1610612736,
        "startedUsec":{{(Now - new TimeSpan(2, 3, 4, 5)).ToUnixTimeMilliseconds()}}000,"image":"/images/{{name}}.raw","runtimeDirectory":"/run/systemd/vmspawn/{{name}}","layout":"ports"}
        """;
}
