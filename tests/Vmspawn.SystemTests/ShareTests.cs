using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Directories of the host in the guest: the same files, the same owners, no more rights than were given.</summary>
public sealed class ShareTests : VmTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Theory, InlineData(QemuKind.Distribution, "Rust"), InlineData(QemuKind.Sid, "Rust"), InlineData(QemuKind.Distribution, "C")]
    public async Task A_share_is_written_from_both_sides_with_the_right_owners(QemuKind qemu, string kind)
    {
        var shared = Share("comma, blank and \u00e4");
        var other = Share(new string('n', 200));
        await File.WriteAllTextAsync(Path.Combine(shared, "hello"), "from the host\n", TestContext.Current.CancellationToken);
        var ended = await Run(qemu, kind, Guest(
            "reboot-once=vda,share=mnt0:virtiofs,show=/shares/mnt0/hello,put=/shares/mnt0/reply:from-the-guest,chown=/shares/mnt0/reply:1234:5678,owner=/shares/mnt0/reply,"
            + "share=mnt1:virtiofs,put=/shares/mnt1/file:other,poweroff",
            $"--bind={shared}:/mnt", $"--bind={other}", "--ram=512M:1G:1", $"--image={Scratch.Raw("disk")}"));
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("vmtest: back after the reboot\n", ended.Output, StringComparison.Ordinal);
        Assert.Contains("vmtest: show /shares/mnt0/hello from the host\n", ended.Output, StringComparison.Ordinal);
        Assert.Equal("from-the-guest\n", File.ReadAllText(Path.Combine(shared, "reply")));
        Assert.Equal("other\n", File.ReadAllText(Path.Combine(other, "file")));
        Assert.Contains("mount -t virtiofs -o rw mnt0 /mnt;", ended.Error, StringComparison.Ordinal);
        if (!Environment.IsPrivilegedProcess)
            return;
        Assert.Contains("vmtest: owner /shares/mnt0/reply 1234:5678 644\n", ended.Output, StringComparison.Ordinal);
        Assert.Equal("1234:5678", FileOwner.Of(Path.Combine(shared, "reply")));
    }

    [Theory, InlineData("Rust"), InlineData("C")]
    public async Task What_is_shared_read_only_stays_as_it_is_whatever_the_guest_mounts(string kind)
    {
        var shared = Share("shared");
        await File.WriteAllTextAsync(Path.Combine(shared, "file"), "kept\n", TestContext.Current.CancellationToken);
        // The guest mounts it for writing: it is the host that refuses.
        var ended = await Run(QemuKind.Distribution, kind, Guest(
            "share=mnt0:virtiofs,put=/shares/mnt0/file:changed,put=/shares/mnt0/new:file,show=/shares/mnt0/file,poweroff", $"--bind-ro={shared}"));
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("vmtest: put failed /shares/mnt0/file\n", ended.Output, StringComparison.Ordinal);
        Assert.Contains("vmtest: put failed /shares/mnt0/new\n", ended.Output, StringComparison.Ordinal);
        Assert.Contains("vmtest: show /shares/mnt0/file kept\n", ended.Output, StringComparison.Ordinal);
        Assert.Equal(["file"], Directory.GetFileSystemEntries(shared).Select(Path.GetFileName));
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Without_a_virtiofsd_QEMU_shares_by_9p_with_a_notice(QemuKind qemu)
    {
        var (shared, kept) = (Share("comma, and blank"), Share("kept"));
        var ended = await Run(qemu, "none", [
            .. Guest("share=mnt0:9p,put=/shares/mnt0/reply:from-the-guest,share=mnt1:9p,put=/shares/mnt1/file:new,poweroff", $"--bind={shared}", $"--bind-ro={kept}")
                .Select(word => word.Replace($"--linux={Prepared.Kernel}", $"--linux={Prepared.NineP("vmlinuz")}", StringComparison.Ordinal)
                    .Replace($"--initrd={Prepared.Initrd}", $"--initrd={Prepared.NineP("initrd")}", StringComparison.Ordinal)),
        ]);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Equal("from-the-guest\n", File.ReadAllText(Path.Combine(shared, "reply")));
        Assert.Contains("vmtest: put failed /shares/mnt1/file\n", ended.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(kept));
        Assert.Contains("sharing by 9p", ended.Error, StringComparison.Ordinal);
        Assert.Contains("mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,ro mnt1 ", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_virtiofsd_is_the_machines_end()
    {
        using var run = VmspawnRun.StartWith(
            With("Rust"), Scratch, QemuKind.Distribution, Guest("share=mnt0:virtiofs,ignore-acpi", $"--bind={Share("shared")}"));
        await run.Output.WaitFor("vmtest: ignoring", GuestBound);
        Processes.Signal(Virtiofsd(run), "KILL");
        var ended = await run.End(Soon);
        Assert.Equal(1, ended.Status);
        Assert.Matches("vmspawn: virtiofsd \\(/.*/shared for the guest\\): was killed by SIGKILL, so the VM was ended\n$", ended.Error);
    }

    [Fact]
    public async Task A_virtiofsd_that_does_not_start_is_an_error_with_its_message()
    {
        var broken = Scratch.Text("virtiofsd", "#!/bin/sh\n[ \"$1\" = --help ] && exec echo '--shared-dir --fd --readonly'\necho 'no luck today' >&2\nexit 3\n");
        File.SetUnixFileMode(broken, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var run = VmspawnRun.StartWith(
            new Dictionary<string, string?> { ["VMSPAWN_VIRTIOFSD"] = broken }, Scratch, QemuKind.Distribution, Guest("poweroff", $"--bind={Share("shared")}"));
        var ended = await run.End(ShortBound);
        Assert.Equal(1, ended.Status);
        Assert.Contains("no luck today", ended.Error, StringComparison.Ordinal);
    }

    private string Share(string name) => Directory.CreateDirectory(Scratch.Own(name)).FullName;

    private async Task<Ended> Run(QemuKind qemu, string kind, string[] arguments)
    {
        using var run = VmspawnRun.StartWith(With(kind), Scratch, qemu, arguments);
        return await run.End(GuestBound);
    }

    private static Dictionary<string, string?> With(string kind)
    {
        if (kind == "C")
        {
            Assert.SkipUnless(File.Exists(Prepared.CVirtiofsd), "this distribution's QEMU has no virtiofsd in C any more");
            Assert.SkipUnless(Environment.IsPrivilegedProcess, "the virtiofsd in C only runs as root");
        }

        return new Dictionary<string, string?>
        {
            ["VMSPAWN_VIRTIOFSD"] = kind switch { "C" => Prepared.CVirtiofsd, "Rust" => Prepared.RustVirtiofsd, _ => kind },
        };
    }

    private static int Virtiofsd(VmspawnRun run) => Assert.Single(Processes.Children(run.ProcessId), Processes.IsVirtiofsd);
}
