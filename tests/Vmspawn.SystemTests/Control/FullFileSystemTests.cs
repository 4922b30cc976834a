using System.Text.Json;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests.Control;

/// <summary>The host runs out of space under a guest that writes.</summary>
public sealed class FullFileSystemTests : VmTest
{
    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_VM_that_a_full_file_system_pauses_says_so_and_goes_on_when_there_is_space_again(QemuKind qemu)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount a small file system");
        var small = Directory.CreateDirectory(Scratch.Own("small")).FullName;
        var disk = Path.Combine(small, "data.raw");
        // In a mount namespace of its own, full to the last page but for the holes of the image.
        using var run = VmspawnRun.StartProgram(
            "/usr/bin/unshare", new Dictionary<string, string?>(), Scratch, qemu,
            [
                "--mount", "/bin/sh", "-c",
                $"mount -t tmpfs -o size=1M small {small} && truncate -s 4M {disk} && {{ cat /dev/zero >{small}/ballast 2>/dev/null; exec \"$@\"; }}",
                "sh", Prepared.Binary,
                .. Guest("write=vda:1048576:pattern,read=vda:1048576:64,poweroff", "--quiet", $"--extra-drive={disk}"),
            ]);
        await run.Error.WaitFor("vmspawn resume", GuestBound);
        Assert.Equal(
            $"vmspawn: {Scratch.Mark}: paused, because a write of the guest failed on disk vmspawn-extra-0 ({disk}): " +
            $"the file system is full (free some space, then: vmspawn resume {Scratch.Mark})\n",
            run.Error.Text);
        Assert.Equal("io-error", (await Client(qemu, "status", "--json")).GetProperty("state").GetString());

        File.Delete($"/proc/{run.ProcessId}/root{small}/ballast");
        await Client(qemu, "resume");
        var ended = await run.End(GuestBound);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("vmtest: read vda:1048576:64 pattern", ended.Output, StringComparison.Ordinal);
    }

    private async Task<JsonElement> Client(QemuKind qemu, string verb, params string[] options)
    {
        using var client = VmspawnRun.Start(Scratch, qemu, [verb, Scratch.Mark, "--user", .. options]);
        var ended = await client.End(ShortBound);
        Assert.True(ended is { Status: 0, Error: "" }, ended.ToString());
        return ended.Output.Length > 0 ? JsonElement.Parse(ended.Output) : default;
    }
}
