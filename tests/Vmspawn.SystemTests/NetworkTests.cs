using System.Diagnostics;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Network cards: who reaches whom, and what the guest calls them.</summary>
public sealed class NetworkTests : VmTest
{
    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Published_ports_that_the_host_chose_reach_a_server_and_a_datagram_port_of_the_guest(QemuKind qemu)
    {
        using var run = VmspawnRun.Start(Scratch, qemu, Guest(
            "net=eth0:10.0.2.15/24,serve=8080:from-the-guest,wait-udp,wait-acpi,poweroff", "--publish=0:8080", "--publish=0:99/udp"));
        await run.Output.WaitFor("vmtest: waiting for a datagram", GuestBound);
        await IsReached(run, "from-the-guest\n");
        run.Signal("TERM");
        Assert.Equal(0, (await run.End(GuestBound)).Status);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Passt_carries_the_user_network_where_it_is_installed(QemuKind qemu)
    {
        var path = $"{Prepared.PasstFolder}:{TestEnvironment.For(Scratch, qemu)["PATH"]}";
        using var run = VmspawnRun.StartWith(new Dictionary<string, string?> { ["PATH"] = path }, Scratch, qemu, Guest(
            "net=eth0:10.0.2.15/24,serve=8080:by-passt,wait-udp,wait-acpi,poweroff", "--publish=0:8080", "--publish=0:99/udp"));
        await run.Output.WaitFor("vmtest: waiting for a datagram", GuestBound);
        Assert.Equal(2, Processes.Children(run.ProcessId).Length);
        await IsReached(run, "by-passt\n");
        run.Signal("TERM");
        Assert.Equal(0, (await run.End(GuestBound)).Status);
    }

    [Fact]
    public async Task Where_passt_may_not_have_a_user_namespace_the_network_is_qemus_own_and_doctor_reports_it()
    {
        var environment = new Dictionary<string, string?> { ["PATH"] = $"{Prepared.PasstFolder}:{TestEnvironment.For(Scratch, QemuKind.Distribution)["PATH"]}" };
        string[] without = ["--user", "--map-root-user", "--", "/bin/sh", "-c", "echo 0 >/proc/sys/user/max_user_namespaces; exec \"$@\"", "sh", Prepared.Binary];
        using var run = VmspawnRun.StartProgram(
            "/usr/bin/unshare", environment, Scratch, QemuKind.Distribution, [.. without, .. Guest("net=eth0:10.0.2.15/24,ping=10.0.2.2,poweroff", "--network-user-mode")]);
        var ended = await run.EndWith(0, GuestBound);
        Assert.Contains("vmtest: ping 10.0.2.2 yes", ended.Output, StringComparison.Ordinal);
        Assert.Matches("vmspawn: the user network is QEMU's own, which is slower: /\\S+/passt does not run here: \\S", ended.Error);

        using var doctor = VmspawnRun.StartProgram("/usr/bin/unshare", environment, Scratch, QemuKind.Distribution, [.. without, "doctor"]);
        Assert.Matches("lacks +user network +/\\S+/passt\\s+does\\s+not\\s+run\\s+here", (await doctor.End(ShortBound)).Output);
    }

    [Fact]
    public async Task A_port_that_is_in_use_is_reported_before_qemu_starts()
    {
        using var taken = new TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        var ended = await Run(QemuKind.Distribution, Guest("poweroff", $"--publish={port}:80"));
        Assert.Equal(1, ended.Status);
        Assert.Matches($"^vmspawn: --publish=127\\.0\\.0\\.1:{port}:80/tcp: the host's port cannot be had: .*\n$", ended.Error);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_tap_device_on_a_bridge_carries_pings_both_ways_and_is_gone_with_the_machine(QemuKind qemu)
    {
        using var run = InNamespace(
            qemu,
            "busybox brctl addbr br0 && busybox ip addr add 10.77.0.1/24 dev br0 && busybox ip link set br0 up",
            Guest("net=eth0:10.77.0.2/24,ping=10.77.0.1,report,wait-acpi,poweroff", "-n", "--network-bridge=br0"));
        await run.Output.WaitFor("vmtest: ping 10.77.0.1 yes", GuestBound);
        await run.Output.WaitFor("vmtest: waiting", GuestBound);
        Assert.Equal(0, await Inside(run, "busybox ping -c 1 -w 20 10.77.0.2"));
        Assert.Equal(0, await Inside(run, $"grep -q vt-{Scratch.Mark[..8]} /proc/net/dev"));
        var card = Assert.Single(GuestReport.In(run.Output.Text).Nets);
        Assert.Equal(2, Convert.ToInt32(card.Mac[..2], 16) & 3);
        run.Signal("TERM");
        Assert.Equal(0, (await run.End(GuestBound)).Status);
    }

    [Fact]
    public async Task An_interface_that_is_no_bridge_ends_the_start_with_one_sentence_and_no_tap_device()
    {
        using var run = InNamespace(QemuKind.Distribution, "true", Guest("poweroff", "--network-bridge=lo"));
        var ended = await run.End(ShortBound);
        Assert.Equal(1, ended.Status);
        Assert.Contains("lo is no bridge", ended.Error, StringComparison.Ordinal);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Cards_keep_their_addresses_when_drives_are_added(QemuKind qemu)
    {
        string[] cards = ["--network-user-mode", "--network-user-mode"];
        var few = await Run(qemu, Guest("report,poweroff", cards));
        var drives = Enumerable.Range(0, 5).Select(i => $"--extra-drive={(i % 2 == 0 ? "nvme:" : "")}{Scratch.Raw($"drive{i}")}");
        var many = await Run(qemu, Guest("report,poweroff", [.. drives, .. cards]));
        var names = GuestReport.In(few.Output).Nets.Select(net => (net.Name, net.Pci)).ToList();
        Assert.Equal([("eth0", "0000:01:00.0"), ("eth1", "0000:02:00.0")], names);
        Assert.Equal(names, GuestReport.In(many.Output).Nets.Select(net => (net.Name, net.Pci)));
    }

    /// <summary>The guest's server and its closed datagram port, through the ports that the host chose.</summary>
    private static async Task IsReached(VmspawnRun run, string served)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        Assert.Equal(served, await http.GetStringAsync(new Uri($"http://127.0.0.1:{Told(run, "tcp port 8080")}/")));
        using var udp = new UdpClient();
        await udp.SendAsync("hello"u8.ToArray(), "127.0.0.1", Told(run, "udp port 99"));
        await run.Output.WaitFor("vmtest: a datagram came", GuestBound);
    }

    private static int Told(VmspawnRun run, string what) =>
        int.Parse(Regex.Match(run.Error.Text, $@"127\.0\.0\.1:(\d+) leads to {what} of the guest", RegexOptions.None, ShortBound).Groups[1].Value);

    /// <summary>Starts the machine in a network namespace of its own, in which <paramref name="setup"/> ran before.</summary>
    private VmspawnRun InNamespace(QemuKind qemu, string setup, IEnumerable<string> arguments)
    {
        string[] asWhom = Environment.IsPrivilegedProcess ? ["--net"] : ["--net", "--user", "--map-root-user"];
        return VmspawnRun.StartProgram(
            "/usr/bin/unshare", new Dictionary<string, string?>(), Scratch, qemu,
            [.. asWhom, "/bin/sh", "-c", $"{setup} && exec \"$@\"", "sh", Prepared.Binary, .. arguments]);
    }

    private static async Task<int> Inside(VmspawnRun run, string command)
    {
        string[] asWhom = Environment.IsPrivilegedProcess ? [] : ["--user", "--preserve-credentials"];
        using var nsenter = Process.Start("/usr/bin/nsenter", [$"--target={run.ProcessId}", .. asWhom, "--net", "/bin/sh", "-c", command]);
        await nsenter.WaitForExitAsync();
        return nsenter.ExitCode;
    }
}
