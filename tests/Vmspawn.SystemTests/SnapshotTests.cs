using System.Globalization;
using Vmspawn.Options;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Machines that are frozen, and continue.</summary>
public sealed class SnapshotTests : LibraryTest
{
    // TPM 2.0 part 3, TPM2_PCR_Extend: PCR 16, no password, one SHA-256 digest.
    private const string ExtendPcr = """exec 5<>/dev/tpm0; printf '\x80\x02\0\0\0\x41\0\0\x01\x82\0\0\0\x10\0\0\0\x09\x40\0\0\x09\0\0\x01\0\0\0\0\0\x01\0\x0bAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' >&5; dd bs=4096 count=1 <&5 2>/dev/null | hexdump -v -e '1/1 "%02x"'; exec 5<&-""";

    private const string ReadPcr = "cat /sys/class/tpm/tpm0/pcr-sha256/16";

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_frozen_guest_continues_with_its_memory_its_disks_and_its_TPM_any_number_of_times(QemuKind qemu)
    {
        var image = Scratch.Raw("data.raw", 1 << 20);
        var directory = Scratch.Own("frozen");
        var guest = Linux("commands,shell") with { Image = image, Ephemeral = true, Networks = [NetworkMode.User], Tpm = Tristate.Yes };
        string pcr;
        await using (var machine = await Start(qemu, guest))
        {
            Assert.Equal("80020000001300000000", (await machine.Guest.ShellAsync(ExtendPcr, Cancel))[..20]);
            pcr = await machine.Guest.ShellAsync(ReadPcr, Cancel);
            // A program that counts in memory, and a file that was written to the disk.
            await machine.Guest.ShellAsync("(i=0; while sleep 0.1; do i=$((i+1)); echo $i >/counter; done) >/dev/null 2>&1 & echo on-disk | dd of=/dev/vda bs=512 count=1 conv=sync,fsync 2>/dev/null", Cancel);
            await machine.Guest.WaitAsync(GuestWait.Command(new GuestCommand("test", "-s", "/counter")), GuestBound, Cancel);
            var frozen = await machine.FreezeAsync(directory, null, Cancel);
            Assert.Equal((directory, Scratch.Mark, 0), (frozen.Directory, frozen.Machine, (await machine.Exited).Status));
        }

        Assert.All(Directory.EnumerateFiles(directory), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        await using var one = await Start(qemu, Restored(directory));
        await using var other = await Start(qemu, Restored(directory));
        Assert.NotEqual(one.Name, other.Name);
        var random = new List<string>();
        foreach (var clone in (VirtualMachine[])[one, other])
        {
            Assert.Equal("on-disk", await clone.Guest.ShellAsync("dd if=/dev/vda bs=7 count=1 2>/dev/null", Cancel));
            Assert.Equal(pcr, await clone.Guest.ShellAsync(ReadPcr, Cancel));
            random.Add(await clone.Guest.ShellAsync("dd if=/dev/urandom bs=16 count=1 2>/dev/null | base64", Cancel));
            var clock = await Number(clone, "date +%s");
            Assert.InRange(clock, DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1);
        }

        Assert.NotEqual(random[0], random[1]);
        var before = await Number(one, "cat /counter");
        await one.Guest.WaitAsync(GuestWait.Command(GuestCommand.Shell($"[ $(cat /counter) -gt {before} ]")), GuestBound, Cancel);
        // A machine that continues writes to disks of its own, boots again with what it had, and can be frozen itself.
        await one.Guest.ShellAsync("echo changed | dd of=/dev/vda bs=512 count=1 conv=sync,fsync 2>/dev/null", Cancel);
        Assert.Equal("on-disk", await other.Guest.ShellAsync("echo 3 >/proc/sys/vm/drop_caches; dd if=/dev/vda bs=7 count=1 2>/dev/null", Cancel));
        var second = await one.FreezeAsync(Scratch.Own("second"), new VmFreezeOptions { Compression = MemoryCompression.Zstd }, Cancel);
        Assert.True(new FileInfo(Path.Combine(second.Directory, "memory")).Length < new FileInfo(Path.Combine(directory, "memory")).Length);
        VmSnapshot.Open(directory).Delete();
        await using (var third = await Start(qemu, Restored(second.Directory)))
            Assert.Equal("changed", await third.Guest.ShellAsync("dd if=/dev/vda bs=7 count=1 2>/dev/null", Cancel));
        Assert.All(await File.ReadAllBytesAsync(image, Cancel), value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task The_command_line_freezes_and_continues_machines()
    {
        const QemuKind qemu = QemuKind.Distribution;
        var snapshot = Scratch.Own("kept");
        using (var start = VmspawnRun.Start(Scratch, qemu, ["run", "--detach", .. Guest("commands,shell", "--network-user-mode")]))
            await start.EndWith(0, GuestBound);
        await Good(qemu, "exec", Scratch.Mark, "--", "sh", "-c", "echo in-memory >/mark; hostname before");
        var macs = await Addresses();
        await Good(qemu, "freeze", "--keep", Scratch.Mark, snapshot);
        Assert.Equal("in-memory\n", (await Good(qemu, "exec", Scratch.Mark, "cat", "/mark")).Output);
        Assert.Equal($"vmspawn: {Scratch.Mark}: {snapshot} exists already (name another directory, or remove it by vmspawn snapshot rm)\n", (await Client(qemu, "freeze", Scratch.Mark, snapshot)).Error);
        await Good(qemu, "terminate", Scratch.Mark);
        await Gone(Scratch.Mark);

        var once = await Run(qemu, "run", "--user", $"--restore={snapshot}", "--exec=cat /mark; hostname");
        Assert.Equal(new Ended(0, "in-memory\nbefore\n", ""), once);
        using (var start = VmspawnRun.Start(Scratch, qemu, "run", "--user", "--detach", $"--machine={Scratch.Mark}", $"--restore={snapshot}", "--restore-identity=new"))
            await start.EndWith(0, GuestBound);
        Assert.Equal($"in-memory\n{Scratch.Mark}\n", (await Good(qemu, "exec", Scratch.Mark, "--", "sh", "-c", "cat /mark; hostname")).Output);
        // The name is the same as before, and so is the address that is derived from it.
        Assert.Equal(macs, await Addresses());
        await Good(qemu, "terminate", Scratch.Mark);
        await Gone(Scratch.Mark);

        var refused = await Run(qemu, "run", "--user", $"--restore={snapshot}", "--ram=4G");
        Assert.Equal((2, true), (refused.Status, refused.Error.StartsWith("vmspawn: --ram=4294967296: the snapshot was made with --ram=536870912 (", StringComparison.Ordinal)));
        Assert.Equal($"{snapshot}: machines can continue from it\n", (await Snapshot(qemu, "check", snapshot)).Output);
        var elsewhere = await Snapshot(QemuKind.Sid, "check", snapshot);
        Assert.Equal((1, true), (elsewhere.Status, elsewhere.Error.Contains(": QEMU: is version ", StringComparison.Ordinal)));
        Assert.Contains(snapshot, (await Snapshot(qemu, "list", Path.GetDirectoryName(snapshot)!)).Output, StringComparison.Ordinal);
        Assert.Equal(new Ended(0, "", ""), await Snapshot(qemu, "rm", snapshot));
        Assert.False(Directory.Exists(snapshot));

        async Task<string> Addresses() => (await Good(qemu, "exec", Scratch.Mark, "--", "sh", "-c", "cat /sys/class/net/*/address")).Output;
    }

    [Fact]
    public async Task After_a_freeze_that_fails_the_machine_goes_on_and_nothing_is_left_of_it()
    {
        const QemuKind qemu = QemuKind.Distribution;
        var (place, image) = (Scratch.Own("place"), Scratch.Raw("disk.raw"));
        Directory.CreateDirectory(place);
        // The owner's own mount: a disk that is too small for the memory.
        using var owner = VmspawnRun.StartProgram("/usr/bin/unshare", new Dictionary<string, string?>(), Scratch, qemu,
            ["--map-root-user", "--user", "--mount", "--", "/bin/sh", "-c", "mount -t tmpfs -o size=20m none \"$0\" && exec \"$@\"", place, Prepared.Binary, .. Guest("commands,shell", $"--image={image}")]);
        await owner.Output.WaitFor("vmtest: ", GuestBound);
        await Good(qemu, "wait", Scratch.Mark);
        var full = await Client(qemu, "freeze", Scratch.Mark, Path.Combine(place, "full"));
        Assert.Equal(1, full.Status);
        Assert.Matches("cannot freeze it into .*/full: QEMU cannot save the memory: .*No space left on device", full.Error);
        var small = await Client(qemu, "freeze", "--compress=zstd", Scratch.Mark, Path.Combine(place, "full"));
        Assert.Equal(1, small.Status);
        Assert.Equal("alive\n", (await Good(qemu, "exec", Scratch.Mark, "echo", "alive")).Output);
        using (var look = VmspawnRun.StartProgram("/usr/bin/nsenter", new Dictionary<string, string?>(), Scratch, qemu, "--target", $"{owner.ProcessId}", "--mount", "--user", "ls", "-A", place))
            Assert.Equal(new Ended(0, "", ""), await look.End(ShortBound));

        // What the machine itself would change, and what its options do not have.
        Assert.Contains($"would change {image}, on which the snapshot depends", (await Client(qemu, "freeze", "--keep", Scratch.Mark, Path.Combine(Scratch.Images, "no"))).Error, StringComparison.Ordinal);
        await Good(qemu, "attach", Scratch.Mark, Scratch.Raw("more.raw"), "--id=more");
        Assert.Contains("disk more was attached while it runs", (await Client(qemu, "freeze", Scratch.Mark, Path.Combine(Scratch.Images, "no"))).Error, StringComparison.Ordinal);
        await Good(qemu, "detach", Scratch.Mark, "more");

        // Its owner is killed while it freezes: there is no snapshot, and the next one there removes what was left, as the next start removes the rest.
        var elsewhere = Scratch.Own("elsewhere");
        Directory.CreateDirectory(elsewhere);
        using var killed = VmspawnRun.Start(Scratch, qemu, "freeze", "--user", Scratch.Mark, Path.Combine(elsewhere, "killed"));
        using (var limit = new CancellationTokenSource(ShortBound))
        {
            while (!Directory.EnumerateFileSystemEntries(elsewhere).Any())
                await Task.Delay(1, limit.Token);
        }

        Processes.Signal(owner.ProcessId, "KILL");
        await owner.End(ShortBound);
        Assert.Equal(1, (await killed.End(ShortBound)).Status);
        Assert.Matches(@"/\.vmspawn-draft-[0-9a-f]+$", Assert.Single(Directory.EnumerateFileSystemEntries(elsewhere)));
        await using var next = await Start(qemu, Disk(BootSector.WriteSerial(Scratch, "BOOT-MARK")));
        await next.Console.WaitForAsync("BOOT-MARK", GuestBound, Cancel);
        await next.FreezeAsync(Path.Combine(elsewhere, "next"), null, Cancel);
        Assert.Equal([Path.Combine(elsewhere, "next")], Directory.EnumerateFileSystemEntries(elsewhere));
    }

    [Fact]
    public async Task A_snapshot_is_used_only_as_it_was_made_and_with_the_images_that_it_was_made_with()
    {
        const QemuKind qemu = QemuKind.Distribution;
        var (image, directory) = (Scratch.Raw("disk.raw"), Scratch.Own("frozen"));
        await using (var machine = await Start(qemu, Linux("commands,shell") with { Image = image }))
        {
            await machine.Guest.WaitAsync(GuestWait.Ready, GuestBound, Cancel);
            await machine.FreezeAsync(directory, null, Cancel);
        }

        Assert.Empty((await VmPlanning.OfAsync(Restored(directory), Environment(qemu), Cancel)).Problems);
        var memory = Path.Combine(directory, "memory");
        await using (var file = new FileStream(memory, FileMode.Open))
            file.SetLength(file.Length - 1);
        Assert.Contains("its file memory cannot be used", Assert.Single((await VmPlanning.OfAsync(Restored(directory), Environment(qemu), Cancel)).Problems).Text, StringComparison.Ordinal);
        await using (var file = new FileStream(memory, FileMode.Append))
            file.WriteByte(0);
        await File.WriteAllBytesAsync(image, new byte[4 << 20], Cancel);
        Assert.Contains("after the snapshot was taken", Assert.Single((await VmPlanning.OfAsync(Restored(directory), Environment(qemu), Cancel)).Problems).Text, StringComparison.Ordinal);
    }

    private static async Task<long> Number(VirtualMachine machine, string line) => long.Parse(await machine.Guest.ShellAsync(line, Cancel), CultureInfo.InvariantCulture);

    private static VmOptions Restored(string directory) => new() { Scope = RuntimeScope.User, Restore = new RestoreRequest(directory) };

    private async Task<Ended> Snapshot(QemuKind qemu, params string[] words)
    {
        using var client = VmspawnRun.Start(Scratch, qemu, ["snapshot", .. words]);
        return await client.End(ShortBound);
    }

    private async Task Gone(string machine)
    {
        using var limit = new CancellationTokenSource(ShortBound);
        while (Directory.Exists(Scratch.RuntimeOf(machine)))
            await Task.Delay(50, limit.Token);
    }
}
