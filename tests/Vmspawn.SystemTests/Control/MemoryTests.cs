using System.Globalization;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests.Control;

/// <summary>Memory that comes while the guest runs, and that goes back to the host.</summary>
public sealed class MemoryTests : VmTest
{
    private const int Filling = 192;

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_module_plugged_into_a_slot_is_the_guests_and_freed_pages_are_the_hosts_again(QemuKind qemu)
    {
        await using var vm = await ControlledVm.Start(
            Scratch, qemu, [.. Guest("shell", "--console=interactive", "--ram=512M:1G:2"), "memhp_default_state=online"]);
        var shell = new GuestShell(vm.Run);
        await shell.Begin();
        using var qmp = await QmpQuestions.Acquire(vm);

        var before = await Total(shell);
        await qmp.Ask("object-add", """{"qom-type":"memory-backend-ram","id":"more","size":268435456}""");
        await qmp.Ask("device_add", """{"driver":"pc-dimm","id":"module","memdev":"more"}""");
        await shell.Do("n=0; while read -r word kib unit </proc/meminfo; [ $kib -lt 600000 ] && [ $n -lt 300 ]; do n=$((n + 1)); usleep 100000; done");
        Assert.Equal(256 << 10, await Total(shell) - before);
        var summary = await qmp.Ask("query-memory-size-summary");
        Assert.Equal(512 << 20, summary.GetProperty("base-memory"u8).GetInt64());
        Assert.Equal(256 << 20, summary.GetProperty("plugged-memory"u8).GetInt64());

        // The root file system of the test guest is its memory.
        await shell.Do($"dd if=/dev/zero of=/filling bs=1M count={Filling} 2>/dev/null");
        var full = ResidentKib(vm.Run.Qemu);
        await shell.Do("rm /filling");
        var end = DateTime.UtcNow + GuestBound;
        // A guest reports free pages some seconds after they became free.
        while (ResidentKib(vm.Run.Qemu) > full - (Filling << 10) * 3 / 4 && DateTime.UtcNow < end)
            await Task.Delay(500);
        Assert.InRange(ResidentKib(vm.Run.Qemu), 0, full - (Filling << 10) * 3 / 4);
        await vm.Terminate();
        await vm.Run.EndWith(0, ShortBound);
    }

    /// <summary>Shares need memory of a kind of its own, which QEMU compares with its -m.</summary>
    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task The_users_own_size_goes_with_shares(QemuKind qemu)
    {
        var shared = Directory.CreateDirectory(Scratch.Own("shared")).FullName;
        using var run = VmspawnRun.StartWith(
            new Dictionary<string, string?> { ["SYSTEMD_VMSPAWN_QEMU_EXTRA"] = "-m 300M", ["VMSPAWN_VIRTIOFSD"] = Prepared.RustVirtiofsd },
            Scratch, qemu, Guest("report,poweroff", $"--bind={shared}:/mnt"));
        var ended = await run.EndWith(0, GuestBound);
        Assert.InRange(GuestReport.In(ended.Output).MemoryKib, 200 << 10, 300 << 10);
    }

    private static async Task<int> Total(GuestShell shell) =>
        int.Parse(await shell.Do("read -r word kib unit </proc/meminfo; echo $kib"), CultureInfo.InvariantCulture);

    private static int ResidentKib(int process) => int.Parse(
        File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
