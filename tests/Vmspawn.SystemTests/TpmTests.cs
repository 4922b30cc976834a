using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>The TPM: seen by the guest, kept between runs, never shared, never missed in silence.</summary>
public sealed class TpmTests : VmTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task The_guest_has_a_TPM_2_with_a_certificate_and_the_next_run_finds_what_this_one_wrote(QemuKind qemu)
    {
        var disk = $"--image={Scratch.Raw("disk")}";
        var state = Scratch.Own("disk.tpmstate");
        var first = await Run(qemu, Guest("tpm,tpm-index=01c00002,tpm-put=remember,poweroff", disk, "--tpm=yes"));
        Assert.True(first.Status == 0, first.ToString());
        Assert.Contains("vmtest: tpm 2\n", first.Output, StringComparison.Ordinal);
        Assert.Contains("vmtest: tpm index 01c00002 00000000\n", first.Output, StringComparison.Ordinal);
        Assert.Contains("vmtest: tpm put 00000000\n", first.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(state, "issuercert.pem")), "nothing verifies the certificate");
        Assert.DoesNotContain(Directory.GetFiles(state), path => File.ReadAllText(path).Contains("PRIVATE KEY", StringComparison.Ordinal));

        var second = await Run(qemu, Guest("tpm-get,poweroff", disk, "--tpm=auto"));
        Assert.True(second.Status == 0, second.ToString());
        Assert.Contains("vmtest: tpm get remember\n", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_TPM_that_another_machine_uses_is_refused_and_the_death_of_its_process_ends_the_machine()
    {
        var state = $"--tpm-state={Scratch.Own("tpm")}";
        using var run = VmspawnRun.Start(Scratch, QemuKind.Distribution, Guest("ignore-acpi", "--tpm=yes", state));
        await run.Output.WaitFor("vmtest: ignoring", GuestBound);
        var second = await Run(QemuKind.Distribution, Guest("poweroff", "--tpm=yes", state, $"--machine={Scratch.Mark}b"));
        Assert.Equal(1, second.Status);
        Assert.Contains("another VM uses it", second.Error, StringComparison.Ordinal);

        Processes.Signal(Swtpm(run), "KILL");
        var ended = await run.End(Soon);
        Assert.Equal(1, ended.Status);
        Assert.Matches("vmspawn: swtpm \\(the TPM.*\\): was killed by SIGKILL, so the VM was ended\n$", ended.Error);
    }

    [Fact]
    public async Task After_vmspawn_was_killed_no_process_stays_and_the_next_run_uses_the_TPM()
    {
        var disk = $"--image={Scratch.Raw("disk")}";
        Scratch.Own("disk.tpmstate");
        using var run = VmspawnRun.Start(Scratch, QemuKind.Distribution, Guest("tpm-put=survived,ignore-acpi", disk, "--tpm=yes"));
        await run.Output.WaitFor("vmtest: ignoring", GuestBound);
        var (swtpm, qemu) = (Swtpm(run), run.Qemu);
        run.Signal("KILL");
        await run.EndWith(137, Soon);
        await Processes.Gone(swtpm, Soon);
        await Processes.Gone(qemu, Soon);
        var next = await Run(QemuKind.Distribution, Guest("tpm-get,poweroff", disk, "--tpm=yes"));
        Assert.True(next.Status == 0, next.ToString());
        Assert.Contains("vmtest: tpm get survived\n", next.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ephemeral_machine_has_a_TPM_that_is_forgotten()
    {
        // The check for leftovers knows nothing of a state here.
        var ended = await Run(QemuKind.Distribution, Guest("tpm,poweroff", $"--image={Scratch.Raw("disk")}", "-x", "--tpm=yes"));
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("vmtest: tpm 2\n", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_TPM_state_is_reported_with_its_directory_and_the_way_to_a_new_TPM()
    {
        var disk = $"--image={Scratch.Raw("disk")}";
        var state = Scratch.Own("disk.tpmstate");
        Directory.CreateDirectory(state);
        await File.WriteAllBytesAsync(Path.Combine(state, "tpm2-00.permall"), new byte[1000]);
        var ended = await Run(QemuKind.Distribution, Guest("poweroff", disk, "--tpm=yes"));
        Assert.Equal(1, ended.Status);
        Assert.Contains($"move {state} away to start with a new TPM", ended.Error, StringComparison.Ordinal);

        var forgotten = await Run(QemuKind.Distribution, Guest("tpm,poweroff", disk, "--tpm=yes", "--tpm-state=off"));
        Assert.True(forgotten.Status == 0, forgotten.ToString());
        Assert.Contains("vmtest: tpm 2\n", forgotten.Output, StringComparison.Ordinal);
    }

    private static int Swtpm(VmspawnRun run) =>
        Assert.Single(Processes.Children(run.ProcessId), id => Processes.Arguments(id)[0].EndsWith("/swtpm", StringComparison.Ordinal));
}
