using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests.Control;

/// <summary>An ordinary user's machines, with a manager and a machined of the user's own.</summary>
public sealed class UserScopeTests : VmTest
{
    [Fact]
    public async Task A_users_machines_are_known_to_the_users_machined_and_lie_in_scopes_of_the_users_manager()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run systemd in namespaces of its own");
        var folder = Directory.CreateDirectory(Scratch.Own("user")).FullName;
        var binary = Copy(Prepared.Binary, folder);
        string[] files = [Copy(Prepared.Kernel, folder), Copy(Prepared.Initrd, folder)];
        FileOwner.Give(Scratch.Root, $"{SystemdContainer.User}:{SystemdContainer.User}");
        using var host = await SystemdContainer.Start(Scratch);
        await host.Good("/usr/bin/systemctl", "start", $"user@{SystemdContainer.User}.service");

        VmspawnRun Start(string name, params string[] options) => host.StartVmspawnAsUser(
            binary, [.. Guest(options.Contains("--detach") ? "commands,wait-acpi,poweroff" : "wait-acpi,poweroff", options).Select(word => word
                .Replace(Prepared.Kernel, files[0], StringComparison.Ordinal)
                .Replace(Prepared.Initrd, files[1], StringComparison.Ordinal)
                .Replace($"--machine={Scratch.Mark}", $"--machine={name}", StringComparison.Ordinal))]);
        var (plain, limited) = ($"{Scratch.Mark}a", $"{Scratch.Mark}b");
        using var first = Start(plain, "--register=yes");
        using var second = Start(limited, "--register=yes", "--slice=mine", "--property=TasksMax=77", "--property=TimeoutStopSec=30");
        await IsUp(first);
        await IsUp(second);

        var machines = await host.GoodAsUser("/usr/bin/machinectl", "--user", "list");
        Assert.Contains(plain, machines, StringComparison.Ordinal);
        Assert.Contains(limited, machines, StringComparison.Ordinal);
        Assert.DoesNotContain(Scratch.Mark, await host.Good("/usr/bin/machinectl", "list"), StringComparison.Ordinal);
        var groups = $"ControlGroup=/user.slice/user-{SystemdContainer.User}.slice/user@{SystemdContainer.User}.service";
        Assert.Contains($"{groups}/machine.slice/{Scope(plain)}\n", await Show(host, plain), StringComparison.Ordinal);
        var settings = await Show(host, limited);
        Assert.Contains($"{groups}/mine.slice/{Scope(limited)}\n", settings, StringComparison.Ordinal);
        Assert.Contains("TasksMax=77\n", settings, StringComparison.Ordinal);
        Assert.Contains("TimeoutStopUSec=30s\n", settings, StringComparison.Ordinal);
        var status = await host.GoodAsUser("/usr/bin/systemctl", "--user", "status", "--no-pager", "--full", Scope(plain));
        Assert.Contains($"Virtual Machine {plain}", status, StringComparison.Ordinal);
        Assert.Contains("qemu-system-x86_64", status, StringComparison.Ordinal);

        await host.GoodAsUser("/usr/bin/machinectl", "--user", "poweroff", plain);
        await host.GoodAsUser("/usr/bin/systemctl", "--user", "stop", Scope(limited));
        foreach (var run in (VmspawnRun[])[first, second])
        {
            var ended = await run.End(GuestBound);
            Assert.True(ended.Status == 0 && ended.Output.Contains("vmtest: power button", StringComparison.Ordinal), ended.ToString());
        }

        Assert.Contains("systemd: asking the guest to power off", second.Error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Scratch.Mark, await host.GoodAsUser("/usr/bin/machinectl", "--user", "list"), StringComparison.Ordinal);
        await AreGone(host, plain, limited);

        // Nobody but systemd knows the process that owns a detached machine.
        var detached = $"{Scratch.Mark}c";
        using var third = Start(detached, "--detach");
        Assert.Equal(new Ended(0, $"{detached}\n", ""), await third.End(GuestBound));
        Assert.Contains($"{groups}/machine.slice/{Scope(detached)}\n", await Show(host, detached), StringComparison.Ordinal);
        // The second machine is in the same scope, whose controller lives on.
        using var restart = host.StartVmspawnAsUser(binary, "restart", "--force", detached);
        Assert.Equal(new Ended(0, "", ""), await restart.End(GuestBound));
        using var ready = host.StartVmspawnAsUser(binary, "wait", detached);
        await ready.EndWith(0, GuestBound);
        await host.GoodAsUser("/usr/bin/systemctl", "--user", "stop", Scope(detached));
        await AreGone(host, detached);
        using var logs = host.StartVmspawnAsUser(binary, "logs", detached);
        var log = (await logs.End(ShortBound)).Output;
        Assert.Contains("systemd: asking the guest to power off", log, StringComparison.Ordinal);
        Assert.EndsWith($"vmspawn: {detached}: ended with status 0\n", log, StringComparison.Ordinal);
        await host.End();
    }

    private static async Task IsUp(VmspawnRun run)
    {
        var (end, up) = (run.End(GuestBound), run.Output.WaitFor("vmtest: waiting", GuestBound));
        if (await Task.WhenAny(end, up) == end)
            Assert.Fail((await end).ToString());
        await up;
    }

    // systemd detects an empty control group with a delay.
    private static async Task AreGone(SystemdContainer host, params string[] machines)
    {
        var end = DateTime.UtcNow + ShortBound;
        foreach (var machine in machines)
            while (!(await Show(host, machine)).Contains("ActiveState=inactive\n", StringComparison.Ordinal))
                Assert.True(DateTime.UtcNow < end, await Show(host, machine));
    }

    private static Task<string> Show(SystemdContainer host, string machine) => host.GoodAsUser(
        "/usr/bin/systemctl", "--user", "show", Scope(machine), "--property=ActiveState,ControlGroup,TasksMax,TimeoutStopUSec");

    private static string Scope(string machine) => $"machine-{machine}.scope";

    private static string Copy(string path, string folder)
    {
        var copy = Path.Combine(folder, Path.GetFileName(path));
        File.Copy(path, copy);
        return copy;
    }
}
