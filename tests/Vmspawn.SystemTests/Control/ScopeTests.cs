using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests.Control;

/// <summary>Scope units and registration by D-Bus, with systemd as PID 1 of a container.</summary>
public sealed class ScopeTests : VmTest
{
    private string Scope => $"machine-{Scratch.Mark}.scope";

    [Fact]
    public async Task A_machine_has_a_scope_that_systemd_asks_to_stop_and_machinectl_powers_off()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run systemd in namespaces of its own");
        using var host = await SystemdContainer.Start(Scratch);
        await AScopeComesAndGoes(host);
        await AnOlderMachinedIsToldByDBus(host);
        await WhatIsInsistedOnIsSoBeforeQemuStarts(host);
        await AWrongSettingStartsNothing(host);
        await host.End();
    }

    private async Task AScopeComesAndGoes(SystemdContainer host)
    {
        using var vm = host.StartVmspawn(Guest("wait-acpi,poweroff", "--system", "--register=yes"));
        await vm.Output.WaitFor("vmtest: waiting", GuestBound);
        Assert.Contains(Scratch.Mark, await host.Good("/usr/bin/machinectl", "list"), StringComparison.Ordinal);
        var unit = await host.Show(Scope, "Slice", "ControlGroup", "Description", "Controller");
        Assert.Equal(("machine.slice", $"Virtual Machine {Scratch.Mark}"), (unit["Slice"], unit["Description"]));
        Assert.StartsWith(":1.", unit["Controller"], StringComparison.Ordinal);
        var members = await host.Good("/usr/bin/systemd-cgls", "--no-pager", "--full", "--unit", Scope);
        Assert.Contains("artifacts/vmspawn", members, StringComparison.Ordinal);
        Assert.Contains("qemu-system-x86_64", members, StringComparison.Ordinal);

        // Asked by machinectl, over the control socket.
        var poweroff = Task.Run(() => host.Run("/usr/bin/machinectl", "poweroff", Scratch.Mark));
        Assert.Equal(0, (await vm.End(GuestBound)).Status);
        await poweroff;
        await IsGone(host);
        Assert.DoesNotContain(Scratch.Mark, await host.Good("/usr/bin/machinectl", "list"), StringComparison.Ordinal);
    }

    // systemd detects an empty control group with a delay.
    private async Task IsGone(SystemdContainer host)
    {
        var end = DateTime.UtcNow + ShortBound;
        while ((await host.Show(Scope, "ActiveState"))["ActiveState"] != "inactive")
            Assert.True(DateTime.UtcNow < end, await host.Good("/usr/bin/systemctl", "status", "--no-pager", Scope));
    }

    private async Task AnOlderMachinedIsToldByDBus(SystemdContainer host)
    {
        await host.Good("/usr/bin/python3", "-c", "import os; os.rename('/run/systemd/machine/io.systemd.Machine', '/run/hidden')");
        using var vm = host.StartVmspawn(Guest("wait-acpi,poweroff", "--system", "--register=yes"));
        await vm.Output.WaitFor("vmtest: waiting", GuestBound);
        Assert.Contains("/org/freedesktop/machine1/machine/", await Machined(host, "GetMachine"), StringComparison.Ordinal);
        await Machined(host, "TerminateMachine");
        Assert.Equal(0, (await vm.End(GuestBound)).Status);
        await host.Good("/usr/bin/python3", "-c", "import os; os.rename('/run/hidden', '/run/systemd/machine/io.systemd.Machine')");
    }

    private Task<string> Machined(SystemdContainer host, string method) => host.Good(
        "/usr/bin/busctl", "call", "org.freedesktop.machine1", "/org/freedesktop/machine1", "org.freedesktop.machine1.Manager", method, "s", Scratch.Mark);

    private async Task WhatIsInsistedOnIsSoBeforeQemuStarts(SystemdContainer host)
    {
        using var vm = host.StartVmspawn(Guest(
            "wait-acpi,poweroff", "--system", "--slice=system-test", "--property=Description=a test", "--property=TimeoutStopSec=1min 30s", "--property=TasksMax=77"));
        await vm.Output.WaitFor("vmtest: waiting", GuestBound);
        var unit = await host.Show(Scope, "Slice", "Description", "TimeoutStopUSec", "TasksMax");
        Assert.Equal(
            ("system-test.slice", "a test", "1min 30s", "77"), (unit["Slice"], unit["Description"], unit["TimeoutStopUSec"], unit["TasksMax"]));

        await host.Good("/usr/bin/systemctl", "stop", Scope);
        var ended = await vm.End(GuestBound);
        Assert.Equal(0, ended.Status);
        Assert.Contains("systemd: asking the guest to power off", ended.Error, StringComparison.Ordinal);
    }

    private async Task AWrongSettingStartsNothing(SystemdContainer host)
    {
        using var vm = host.StartVmspawn(Guest("poweroff", "--system", "--property=NoSuchSetting=1"));
        var ended = await vm.End(ShortBound);
        Assert.Equal((1, ""), (ended.Status, ended.Output));
        Assert.StartsWith($"vmspawn: cannot make the scope unit {Scope}: ", ended.Error.Split('\n')[^2], StringComparison.Ordinal);
        Assert.Contains("NoSuchSetting", ended.Error, StringComparison.Ordinal);
    }
}
