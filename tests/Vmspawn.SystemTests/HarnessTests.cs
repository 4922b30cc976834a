using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>The harness sees what it is there to see: without these, a clean test would prove nothing.</summary>
public sealed class HarnessTests : VmTest
{
    private static readonly Dictionary<string, string?> NoMore = [];

    [Fact]
    public async Task A_process_that_is_left_is_found_and_ended()
    {
        using var run = VmspawnRun.StartProgram("/bin/sh", NoMore, Scratch, QemuKind.Distribution, "-c", "sleep 1000");
        var found = await Leftovers.Sweep(Scratch);
        Assert.Contains(found, line => line.StartsWith($"process {run.ProcessId} ", StringComparison.Ordinal));
        Assert.Equal(128 + 9, (await run.End(ShortBound)).Status);
    }

    [Fact]
    public async Task A_process_without_the_mark_is_found_by_a_file_it_holds()
    {
        var held = Scratch.Text("held", "");
        using var run = VmspawnRun.StartProgram(
            "/bin/sh", NoMore, Scratch, QemuKind.Distribution, "-c", "exec 9<held; exec env -i sleep 1000");
        while (!Processes.Descriptors(run.ProcessId).ContainsValue(held))
            await Task.Delay(20);
        Assert.NotEmpty(await Leftovers.Sweep(Scratch));
    }

    [Fact]
    public async Task A_file_in_any_of_the_folders_is_found()
    {
        string[] left = [Path.Combine(Scratch.Temporary, "a"), Path.Combine(Scratch.RuntimeOf("m"), "b"), Path.Combine(Scratch.Images, "c")];
        foreach (var path in left)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, "");
        }
        var found = await Leftovers.Sweep(Scratch);
        Assert.All(left, path => Assert.Contains($"file {path}", found));
        Directory.Delete(Path.Combine(Scratch.Runtime, "systemd"), recursive: true);
        File.Delete(left[0]);
        File.Delete(left[2]);
    }

    [Theory, InlineData(QemuKind.Distribution, 7), InlineData(QemuKind.Sid, 11)]
    public async Task Each_kind_of_qemu_is_at_least_of_its_version(QemuKind qemu, int version)
    {
        using var run = VmspawnRun.StartProgram("/usr/bin/env", NoMore, Scratch, qemu, "qemu-system-x86_64", "-version");
        var words = (await run.End(ShortBound)).Output.Split(' ');
        Assert.InRange(int.Parse(words[Array.IndexOf(words, "version") + 1].Split('.')[0]), version, 99);
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task The_test_guest_reports_a_machine_that_bare_qemu_made(QemuKind qemu)
    {
        using var run = VmspawnRun.StartProgram(
            "/usr/bin/env", NoMore, Scratch, qemu,
            "qemu-system-x86_64", "-M", "q35", "-m", "512", "-nodefaults", "-display", "none", "-serial", "stdio",
            "-kernel", Prepared.Kernel, "-initrd", Prepared.Initrd, "-append", "console=ttyS0 quiet vmtest=report,poweroff",
            "-blockdev", "null-co,node-name=disk,size=3145728", "-device", "nvme,drive=disk,serial=a serial = b=c d,addr=0x7",
            "-nic", "user,model=virtio-net-pci,mac=52:54:00:aa:bb:cc", "-smbios", "type=11,value=one,value=two words");
        var ended = await run.End(GuestBound);
        Assert.True(ended.Status == 0, ended.ToString());
        var report = GuestReport.In(ended.Output);
        Assert.Equal(
            new GuestBlock("nvme0n1", "0000:00:07.0", 6144, ReadOnly: false, "a serial = b=c d"), Assert.Single(report.Blocks));
        Assert.Equal("52:54:00:aa:bb:cc", Assert.Single(report.Nets).Mac);
        Assert.Equal(["one", "two words"], report.OemStrings());
        Assert.Equal(["ttyS0"], report.Consoles);
        Assert.Contains(report.Pci, device => device is { Address: "0000:00:00.0", Class: 0x60000, Id: "8086:29c0" });
    }
}
