using System.Globalization;
using Vmspawn.Options;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Faults of a running machine, by the library of its owner, by that of another process, and by the command line.</summary>
public sealed class FaultTests : LibraryTest
{
    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_guest_meets_each_fault_and_runs_on_when_it_is_ended(QemuKind qemu)
    {
        var (virtio, scsi) = (Scratch.Raw("virtio.raw"), Scratch.Raw("scsi.raw"));
        await using var machine = await Start(
            qemu,
            Linux("commands,wait-acpi,poweroff") with
            {
                Ram = new RamSize(256 << 20),
                Networks = [NetworkMode.User],
                SshKey = SshKeyRequest.Default with { Pass = false },
                ExtraDrives = [new ExtraDrive(virtio, ImageFormat.Raw, null), new ExtraDrive(scsi, ImageFormat.Raw, DiskType.VirtioScsi)],
                Tpm = Tristate.Yes,
                TpmState = StatePlace.Off,
            },
            HostIntegration.ControlSocket);
        await using var other = await RunningMachine.OpenAsync(machine.Name, new RunningMachineOptions { Environment = Environment(qemu) }, Cancel);
        await machine.Guest.WaitAsync(GuestWait.Ready, GuestBound, Cancel);

        // The owner.
        await machine.Disks.FailAsync("vmspawn-extra-0", new DiskFault { Reads = true }, Cancel);
        Assert.Equal(["no", "yes"], await GuestDoesAsync(machine, Read("vda"), Write("vda")));
        await machine.Disks.FailAsync("vmspawn-extra-0", new DiskFault { Writes = true }, Cancel);
        Assert.Equal(["yes", "no"], await GuestDoesAsync(machine, Read("vda"), Write("vda")));
        await machine.Disks.FailAsync("vmspawn-extra-0", new DiskFault { Reads = true, Once = true }, Cancel);
        Assert.Equal(["no", "yes"], await GuestDoesAsync(machine, Read("vda"), Read("vda")));
        // Another process.
        await other.Faults.SetDiskAsync("vmspawn-extra-1", new DiskFault { Flushes = true }, Cancel);
        Assert.Equal(["yes", "no"], await GuestDoesAsync(machine, Write("sda"), Sync("sda")));
        await other.Faults.SetDiskAsync("vmspawn-extra-1", null, Cancel);
        await Assert.ThrowsAsync<RunningMachineException>(() => other.Faults.SetDiskAsync("other", null, Cancel));

        // A full disk pauses the machine, which says so, and its write is repeated.
        await Good(qemu, "fault", machine.Name, "disk", "vmspawn-extra-0", "full");
        var writing = machine.Guest.ShellAsync(Write("vda"), Cancel);
        for (var i = 0; i < 200 && (await other.GetStatusAsync(Cancel)).State != "io-error"; i++)
            await Task.Delay(50, Cancel);
        Assert.Matches($"^{machine.Name}: io-error, paused because .*full file system", (await Good(qemu, "status", machine.Name)).Output);
        await Good(qemu, "fault", machine.Name, "disk", "vmspawn-extra-0", "none");
        await Good(qemu, "fault", machine.Name, "resume");
        Assert.Equal("yes", await writing);

        // The cable.
        await machine.Guest.ShellAsync("ip link set eth0 up", Cancel);
        await Good(qemu, "fault", machine.Name, "link", "down");
        Assert.Equal("0", await machine.Guest.ShellAsync("cat /sys/class/net/eth0/carrier", Cancel));
        await other.Faults.SetLinkAsync(0, up: true, Cancel);
        Assert.Equal("1", await machine.Guest.ShellAsync("sleep 0.5; cat /sys/class/net/eth0/carrier", Cancel));
        Assert.Contains("there is no network card 1: the machine's are 0 to 0", (await Assert.ThrowsAsync<RunningMachineException>(() => other.Faults.SetLinkAsync(1, up: true, Cancel))).Message, StringComparison.Ordinal);

        // The clock.
        var before = await SecondsAsync(machine);
        await Good(qemu, "fault", machine.Name, "clock", "400d");
        var jumped = await SecondsAsync(machine);
        Assert.InRange(jumped - before, 400 * 86400, (400 * 86400) + 600);
        await other.Guest.ShiftClockAsync(TimeSpan.FromDays(-400), Cancel);
        Assert.InRange(await SecondsAsync(machine) - before, 0, 600);

        // A helper: the machine ends with it, and says so.
        var helper = Assert.Single(await other.Faults.ListHelpersAsync(Cancel));
        Assert.Equal("swtpm", helper.Name);
        await Good(qemu, "fault", machine.Name, "helper", "swtpm", "stop");
        Assert.Contains("\nState:\tT", await File.ReadAllTextAsync($"/proc/{helper.ProcessId}/status", Cancel), StringComparison.Ordinal);
        machine.FailHelper("swtpm", HelperFault.Continue);
        Assert.Throws<VmControlException>(() => machine.FailHelper("virtiofsd", HelperFault.Kill));
        await other.Faults.SetHelperAsync("swtpm", HelperFault.Kill, Cancel);
        var exit = await machine.Exited.WaitAsync(GuestBound, Cancel);
        Assert.Matches("^swtpm .*was killed by SIGKILL", Assert.Single(exit.Errors).Replace($"{machine.Name}: ", "", StringComparison.Ordinal));
        File.Delete(virtio);
        File.Delete(scsi);
    }

    [Fact]
    public async Task A_power_cut_of_another_process_ends_the_machine_at_once()
    {
        await using var machine = await Start(QemuKind.Distribution, Disk(BootSector.WriteIdle(Scratch)), HostIntegration.ControlSocket);
        await Good(QemuKind.Distribution, "fault", machine.Name, "power");
        var exit = await machine.Exited.WaitAsync(ShortBound, Cancel);
        Assert.True(machine.State == VmState.Ended, exit.ToString());
    }

    private static string Read(string device) => $"dd if=/dev/{device} of=/dev/null bs=4k count=1 iflag=direct 2>/dev/null && echo yes || echo no";

    private static string Write(string device) => $"dd if=/dev/zero of=/dev/{device} bs=4k count=1 oflag=direct 2>/dev/null && echo yes || echo no";

    private static string Sync(string device) => $"dd if=/dev/zero of=/dev/{device} bs=4k count=1 conv=fsync 2>/dev/null && echo yes || echo no";

    private static async Task<string[]> GuestDoesAsync(VirtualMachine machine, params string[] lines) =>
        (await machine.Guest.ShellAsync(string.Join('\n', lines), Cancel)).Split('\n');

    private static async Task<long> SecondsAsync(VirtualMachine machine) => long.Parse(await machine.Guest.ShellAsync("date +%s", Cancel), CultureInfo.InvariantCulture);
}
