using System.Text.Json;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests.Control;

/// <summary>The host runs out of space under a guest that writes.</summary>
public sealed class FullFileSystemTests : VmTest
{
    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_VM_that_a_full_file_system_pauses_is_reported_and_resumes_when_there_is_space_again(QemuKind qemu)
    {
        using var run = StartFull(qemu, "", "write=vda:1048576:pattern,read=vda:1048576:64,poweroff", out var small, out var disk);
        await run.Error.WaitFor("vmspawn resume", GuestBound);
        Assert.Equal(
            $"vmspawn: {Scratch.Mark}: paused, because a write of the guest failed on disk vmspawn-extra-0 ({disk}): " +
            $"the file system is full (free some space, then run: vmspawn resume {Scratch.Mark})\n",
            run.Error.Text);
        Assert.Equal("io-error", (await Client(qemu, "status", "--json")).GetProperty("state").GetString());

        File.Delete($"/proc/{run.ProcessId}/root{small}/ballast");
        await Client(qemu, "resume");
        var ended = await run.End(GuestBound);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("vmtest: read vda:1048576:64 pattern", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_NVMe_the_guests_write_fails_and_the_guest_runs_on()
    {
        using var run = StartFull(QemuKind.Distribution, "nvme:", "fill=nvme0n1,poweroff", out _, out _);
        var ended = await run.End(GuestBound);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("vmtest: fill failed nvme0n1", ended.Output, StringComparison.Ordinal);
    }

    /// <summary>In a mount namespace of its own, full to the last page but for the holes of the disk.</summary>
    private VmspawnRun StartFull(QemuKind qemu, string type, string words, out string small, out string disk)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount a small file system");
        small = Directory.CreateDirectory(Scratch.Own("small")).FullName;
        disk = Path.Combine(small, "data.raw");
        return VmspawnRun.StartProgram(
            "/usr/bin/unshare", new Dictionary<string, string?>(), Scratch, qemu,
            [
                "--mount", "/bin/sh", "-c",
                $"mount -t tmpfs -o size=1M small {small} && truncate -s 4M {disk} && {{ cat /dev/zero >{small}/ballast 2>/dev/null; exec \"$@\"; }}",
                "sh", Prepared.Binary,
                .. Guest(words, "--quiet", $"--extra-drive={type}{disk}"),
            ]);
    }

    private async Task<JsonElement> Client(QemuKind qemu, string verb, params string[] options)
    {
        using var client = VmspawnRun.Start(Scratch, qemu, [verb, Scratch.Mark, "--user", .. options]);
        var ended = await client.End(ShortBound);
        Assert.True(ended is { Status: 0, Error: "" }, ended.ToString());
        return ended.Output.Length > 0 ? JsonElement.Parse(ended.Output) : default;
    }
}
