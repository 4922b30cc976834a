using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests.Control;

/// <summary>What a guest does while its host sleeps, by a real logind.</summary>
public sealed class HostSleepTests : VmTest
{
    [Fact]
    public async Task A_guest_is_paused_before_the_host_sleeps_and_runs_on_when_it_wakes()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run systemd in namespaces of its own");
        // This host must not sleep: its logind believes that it can, and what it starts then is a nap.
        var states = Scratch.Text("state", "mem\n");
        using var host = await SystemdContainer.Start(
            Scratch,
            Scratch.Text("systemd-logind.service", $"""
                [Unit]
                DefaultDependencies=no
                [Service]
                Type=dbus
                BusName=org.freedesktop.login1
                BindPaths={states}:/sys/power/state
                ExecStart=/usr/lib/systemd/systemd-logind

                """),
            Scratch.Text("suspend.target", """
                [Unit]
                DefaultDependencies=no
                Requires=nap.service
                After=nap.service
                StopWhenUnneeded=yes

                """),
            Scratch.Text("nap.service", """
                [Unit]
                DefaultDependencies=no
                [Service]
                Type=oneshot
                ExecStart=/usr/bin/python3 -c "import os, time; [time.sleep(0.1) for _ in iter(lambda: os.path.exists('/run/awake'), True)]"

                """));
        await host.Good("/usr/bin/systemctl", "start", "systemd-logind.service");
        using var vm = host.StartVmspawn(Guest("wait-acpi,poweroff", "--system", "--register=no", "--keep-unit"));
        await vm.Output.WaitFor("vmtest: waiting", GuestBound);
        Assert.Contains(Scratch.Mark, await Login(host, "ListInhibitors"), StringComparison.Ordinal);

        await Login(host, "Suspend", "b", "false");
        await vm.Error.WaitFor("paused, since the host goes to sleep", ShortBound);
        Assert.Contains("paused", await Status(host), StringComparison.Ordinal);
        await host.Good("/usr/bin/python3", "-c", "open('/run/awake', 'w')");
        await vm.Error.WaitFor("runs on, since the host is awake", ShortBound);
        Assert.Contains("running", await Status(host), StringComparison.Ordinal);
        Assert.Contains(Scratch.Mark, await Login(host, "ListInhibitors"), StringComparison.Ordinal);

        using var poweroff = host.StartVmspawn("poweroff", Scratch.Mark);
        Assert.Equal(0, (await poweroff.End(GuestBound)).Status);
        Assert.Equal(0, (await vm.End(GuestBound)).Status);
        await IsForgotten(host);
        await host.End();
    }

    // logind detects a closed inhibitor with a delay.
    private async Task IsForgotten(SystemdContainer host)
    {
        var end = DateTime.UtcNow + ShortBound;
        while (await Login(host, "ListInhibitors") is var inhibitors && inhibitors.Contains(Scratch.Mark, StringComparison.Ordinal))
            Assert.True(DateTime.UtcNow < end, inhibitors);
    }

    private static Task<string> Login(SystemdContainer host, string method, params string[] arguments) => host.Good(
        ["/usr/bin/busctl", "call", "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager", method, .. arguments]);

    private async Task<string> Status(SystemdContainer host)
    {
        using var run = host.StartVmspawn("status", Scratch.Mark);
        return (await run.End(ShortBound)).Output;
    }
}
