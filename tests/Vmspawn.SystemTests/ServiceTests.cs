using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Machines as services of a current systemd, with the packaged unit files.</summary>
public sealed class ServiceTests : VmTest
{
    private const string Theirs = "systemd-vmspawn@.service";

    [Fact]
    public async Task A_service_is_up_when_its_guest_is_ends_as_it_does_and_fails_with_its_status()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run systemd in namespaces of its own");
        var units = Path.Combine(Prepared.Cache, "sid/usr/lib/systemd/system");
        var (good, bad) = ($"{Scratch.Mark}a", $"{Scratch.Mark}b");
        var (ours, theirs) = ($"vmspawn@{good}.service", $"systemd-vmspawn@{bad}.service");
        using var host = await SystemdContainer.Start(
            Scratch,
            Path.Combine(Prepared.Units, "vmspawn@.service"), Path.Combine(Prepared.Units, $"{Theirs}.d"),
            Path.Combine(units, Theirs), Path.Combine(units, "modprobe@.service"),
            Words(ours, Path.Combine(Prepared.Units, "vmspawn@.service"), "notify=READY=1,wait-acpi,poweroff"),
            Words(theirs, Path.Combine(Prepared.Units, $"{Theirs}.d/vmspawn.conf"), "notify=READY=1,wait-acpi,notify=EXIT_STATUS=3,poweroff"));
        await host.Good("/usr/bin/python3", "-c", $"""
            import os
            os.symlink('/host{Prepared.Binary}', '/usr/bin/vmspawn')
            for name in '{good}', '{bad}': os.truncate(os.open('/var/lib/machines/' + name + '.raw', os.O_CREAT | os.O_WRONLY), 1 << 20)
            """);

        var started = await host.Run("/usr/bin/systemctl", "start", ours, theirs);
        Assert.True(started.Status == 0, $"{started}\n{await Logs(ours, theirs)}");
        var machines = await host.Good("/usr/bin/machinectl", "list");
        foreach (var machine in (string[])[good, bad])
            Assert.Contains(machine, machines, StringComparison.Ordinal);

        var status = await host.Good("/usr/bin/machinectl", "status", "--no-pager", "--full", good);
        Assert.Contains($"Unit: {ours}\n", status, StringComparison.Ordinal);
        Assert.Contains("qemu-system-x86_64", status, StringComparison.Ordinal);
        Assert.Contains($"Unit: {theirs}\n", await host.Good("/usr/bin/machinectl", "status", "--no-pager", bad), StringComparison.Ordinal);

        await host.Good("/usr/bin/systemctl", "stop", ours);
        Assert.Equal(("inactive", "success", "0"), await Result(host, ours));
        // Powered off by its own button, it is not systemd that ends it.
        await host.Good("/usr/bin/machinectl", "poweroff", bad);
        var end = DateTime.UtcNow + GuestBound;
        while (await Result(host, theirs) is ("active" or "deactivating", _, _))
            Assert.True(DateTime.UtcNow < end, await Logs(theirs));
        Assert.Equal(("failed", "exit-code", "3"), await Result(host, theirs));
        Assert.Equal("No machines.", (await host.Good("/usr/bin/machinectl", "list")).Trim());
        await host.End();
    }

    private static async Task<(string State, string Result, string Status)> Result(SystemdContainer host, string unit)
    {
        var shown = await host.Show(unit, "ActiveState", "Result", "ExecMainStatus");
        return (shown["ActiveState"], shown["Result"], shown["ExecMainStatus"]);
    }

    /// <summary>A folder with a drop-in by which a unit's own command runs the small guest: no image that it could boot from is as quick.</summary>
    private string Words(string unit, string packaged, string words)
    {
        var folder = Directory.CreateDirectory(Scratch.Own($"{unit}.d")).FullName;
        var command = File.ReadLines(packaged).Last(line => line.StartsWith("ExecStart=", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(folder, "z-test.conf"), $"""
            [Service]
            StandardOutput=append:{Log(unit)}
            StandardError=inherit
            ExecStart=
            {command} --kvm=no --firmware=none --ram=512M --tpm=no --linux=/host{Prepared.Kernel} --initrd=/host{Prepared.Initrd} no_timer_check quiet vmtest={words}

            """);
        return folder;
    }

    private string Log(string unit) => Scratch.Own($"{unit}.log");

    private async Task<string> Logs(params string[] units) =>
        string.Concat(await Task.WhenAll(units.Where(unit => File.Exists(Log(unit))).Select(unit => File.ReadAllTextAsync(Log(unit)))));
}
