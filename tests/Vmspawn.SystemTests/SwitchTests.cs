using System.Globalization;
using System.Net;
using Vmspawn.Options;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Networks between machines: busybox guests of both QEMUs, and the command line.</summary>
public sealed class SwitchTests : LibraryTest
{
    /// <summary>What a DHCP client does in every distribution: address, search domain, name server.</summary>
    private const string Dhcp = """
        mkdir -p /etc && printf '#!/bin/sh\n[ "$1" = bound ] && ip addr add $ip/$mask dev $interface && printf "search %%s\\nnameserver %%s\\n" $domain $dns >/etc/resolv.conf\n' >/run/dhcp
        chmod +x /run/dhcp && ip link set eth0 up && udhcpc -i eth0 -n -q -t 20 -T 1 -s /run/dhcp
        """;

    [Fact]
    public async Task Three_machines_of_two_qemus_find_each_other_by_name_are_split_and_joined_and_outlive_their_network()
    {
        await using var network = VmNetwork.Create("lan", new VmNetworkOptions { Subnet = IPNetwork.Parse("10.5.6.0/24"), Scope = RuntimeScope.User, Environment = Environment(QemuKind.Distribution), Seed = 1 });
        var capture = Scratch.Own("frames.pcap");
        await using var capturing = network.Capture(capture);
        var machines = await Task.WhenAll(StartAsync("a", QemuKind.Distribution), StartAsync("b", QemuKind.Sid), StartAsync("c", QemuKind.Distribution));
        await using var a = machines[0];
        await using var b = machines[1];
        await using var c = machines[2];
        await Task.WhenAll(machines.Select(machine => machine.Guest.ShellAsync(Dhcp, Cancel)));
        Assert.Equal(machines.Select(machine => machine.Name).Order(StringComparer.Ordinal), network.Members.Select(member => member.Machine).Order(StringComparer.Ordinal));
        // Each has the address that the network says.
        foreach (var machine in machines)
        {
            var member = network.Members.Single(member => member.Machine == machine.Name);
            Assert.Contains($"inet {member.Address}/24", await machine.Guest.ShellAsync("ip addr show eth0", Cancel), StringComparison.Ordinal);
        }

        Assert.True(await ReachesAsync(a, b.Name));
        Assert.True(await ReachesAsync(b, $"{c.Name}.lan"));
        var split = network.Partition([a.Name], [b.Name, c.Name]);
        Assert.False(await ReachesAsync(a, b.Name));
        Assert.False(await ReachesAsync(c, a.Name));
        Assert.True(await ReachesAsync(c, b.Name));
        split.Dispose();
        Assert.True(await ReachesAsync(a, b.Name));
        network.Quality = new VmNetworkQuality { Delay = TimeSpan.FromMilliseconds(150) };
        var slow = await a.Guest.ShellAsync($"ping -c 1 -W 20 {b.Name}", Cancel);
        Assert.True(double.Parse(slow.Split("time=")[1].Split(' ')[0], CultureInfo.InvariantCulture) >= 300, slow);

        // A machine that dies leaves the network.
        await c.CutPowerAsync(Cancel);
        await c.DisposeAsync();
        for (var i = 0; i < 100 && network.Members.Count > 2; i++)
            await Task.Delay(50, Cancel);
        Assert.Equal([a.Name, b.Name], network.Members.Select(member => member.Machine).Order(StringComparer.Ordinal));

        await capturing.DisposeAsync();
        Assert.True(new FileInfo(capture).Length > 1000);
        File.Delete(capture);
        await network.DisposeAsync();
        Assert.Equal(["0", "0"], await Task.WhenAll(CarrierAsync(a), CarrierAsync(b)));
        return;

        Task<VirtualMachine> StartAsync(string suffix, QemuKind qemu) => Start(qemu, Linux("commands,wait-acpi,poweroff") with
        {
            Machine = $"{Scratch.Mark}-{suffix}",
            SwitchNetworks = ["lan"],
            Ram = new RamSize(256 << 20),
            SshKey = SshKeyRequest.Default with { Pass = false },
        });
    }

    [Fact]
    public async Task A_network_of_the_command_line_is_kept_by_a_process_of_its_own_until_it_is_removed_or_killed()
    {
        const QemuKind Qemu = QemuKind.Distribution;
        var name = Scratch.Mark;
        Assert.Equal($"{name}\n", (await Good(Qemu, "network", "create", name, "--subnet=10.5.6.0/24")).Output);
        Assert.Equal($"vmspawn: {name}: a network of this name exists already (vmspawn network rm {name} removes it)\n", (await Client(Qemu, "network", "create", name)).Error);
        await Good(Qemu, "network", "partition", name, "a,b", "c");
        await Good(Qemu, "network", "quality", name, "--loss=2.5%", "--delay=20ms");
        var status = (await Good(Qemu, "network", "status", name)).Output;
        Assert.Matches($@"^{name}: 10\.5\.6\.0/24, DHCP and DNS at 10\.5\.6\.1, process \d+\nquality: 2\.5% lost, delay 20 ms, jitter 0 ms\npartition: a, b \| c\n", status);
        await Good(Qemu, "network", "heal", name);
        Assert.Matches($@"\n{name} +10\.5\.6\.0/24 +\d+ +-\n$", (await Good(Qemu, "network", "list")).Output);

        using var capture = VmspawnRun.Start(Scratch, Qemu, "network", "--user", "capture", name, "-");
        await capture.Error.WaitFor("capturing its frames", ShortBound);
        await Good(Qemu, "network", "rm", name);
        Assert.Equal(0, (await capture.End(ShortBound)).Status);
        Assert.Equal("[]\n", (await Good(Qemu, "network", "list", "--json")).Output);

        // A killed one is no network any more, and the next start removes what is left of it.
        await Good(Qemu, "network", "create", name);
        var process = int.Parse((await Good(Qemu, "network", "status", name)).Output.Split("process ")[1].Split('\n')[0], CultureInfo.InvariantCulture);
        Processes.Signal(process, "KILL");
        await Processes.Gone(process, ShortBound);
        Assert.Equal($"vmspawn: {name}: there is no network of this name (make it by \"vmspawn network create {name}\")\n", (await Client(Qemu, "network", "rm", name)).Error);
        var joining = await Run(Qemu, Guest("poweroff", $"--network={name}"));
        Assert.Equal((1, $"vmspawn: --network={name}: there is no network of this name (make it by \"vmspawn network create {name}\")\n"), (joining.Status, joining.Error));
        await Good(Qemu, "network", "create", $"{name}-2");
        var place = Path.Combine(Scratch.Runtime, "systemd/vmspawn");
        Assert.Equal([$".net:{name}-2.lock", $"net:{name}-2"], Directory.EnumerateFileSystemEntries(place).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        await Good(Qemu, "network", "rm", $"{name}-2");
        Assert.Empty(Directory.EnumerateFileSystemEntries(place));
    }

    private static async Task<bool> ReachesAsync(VirtualMachine from, string name) =>
        await from.Guest.ShellAsync($"ping -c 1 -w 4 {name} >/dev/null && echo yes || echo no", Cancel) == "yes";

    private static async Task<string> CarrierAsync(VirtualMachine machine)
    {
        var carrier = "";
        for (var i = 0; i < 20 && carrier != "0"; i++)
            carrier = await machine.Guest.ShellAsync("cat /sys/class/net/eth0/carrier", Cancel);
        return carrier;
    }
}
