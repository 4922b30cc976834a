using System.Text.Json;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>What the doctor says of this host, compared with what the host itself says.</summary>
public sealed class DoctorTests : VmTest
{
    private static JsonElement Finding(JsonElement report, string id) =>
        Assert.Single(report.GetProperty("findings").EnumerateArray(), finding => finding.GetProperty("id").GetString() == id);

    [Fact]
    public async Task Doctor_names_the_QEMU_that_is_first_in_the_path_and_the_devices_that_are_there()
    {
        var ended = await Run(QemuKind.Sid, "doctor", "--json");
        Assert.True(ended.Status == 0, ended.ToString());
        var report = JsonElement.Parse(ended.Output);
        Assert.True(report.GetProperty("canStart").GetBoolean());
        Assert.EndsWith($"({Prepared.SidQemuFolder}/qemu-system-x86_64)", Finding(report, "qemu-x86_64").GetProperty("found").GetString(), StringComparison.Ordinal);
        Assert.Equal(File.Exists("/dev/vhost-vsock") && Environment.IsPrivilegedProcess, Finding(report, "vsock").GetProperty("found").GetString() == "/dev/vhost-vsock");
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), report.GetProperty("kernel").GetString());
        Assert.Equal("works", Finding(report, "uefi").GetProperty("state").GetString());
    }

    [Fact]
    public async Task Without_QEMU_it_ends_with_status_1_and_names_the_package()
    {
        using var run = VmspawnRun.StartWith(new Dictionary<string, string?> { ["PATH"] = "/nowhere" }, Scratch, QemuKind.Distribution, "doctor");
        var ended = await run.End(ShortBound);
        Assert.Equal((1, ""), (ended.Status, ended.Error));
        Assert.Contains("apt install qemu-system-x86\n", ended.Output, StringComparison.Ordinal);
    }
}
