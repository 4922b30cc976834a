using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>What QEMU is given, and what it is kept from.</summary>
public sealed class ConfinementTests : VmTest
{
    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task Qemu_inherits_no_descriptor_that_was_not_meant_for_it(QemuKind qemu)
    {
        var stranger = Scratch.Text("stranger", "not for QEMU");
        using var run = VmspawnRun.StartProgram(
            "/bin/sh", new Dictionary<string, string?>(), Scratch, qemu,
            ["-c", "exec 9<\"$1\"; shift; exec \"$@\"", "sh", stranger, Prepared.Binary, .. Guest("wait-acpi,poweroff")]);
        await run.Output.WaitFor("vmtest: waiting", GuestBound);
        Assert.DoesNotContain(stranger, Processes.Descriptors(run.Qemu).Values);
        run.Signal("TERM");
        Assert.Equal(0, (await run.End(GuestBound)).Status);
    }

    [Theory]
    [InlineData(QemuKind.Distribution, "yes", "2"), InlineData(QemuKind.Sid, "yes", "2")]
    [InlineData(QemuKind.Distribution, "no", "0"), InlineData(QemuKind.Sid, "no", "0")]
    public async Task Qemu_runs_under_its_own_seccomp_filter_unless_that_is_off(QemuKind qemu, string request, string mode)
    {
        using var run = VmspawnRun.Start(Scratch, qemu, Guest("wait-acpi,poweroff", $"--qemu-sandbox={request}"));
        await run.Output.WaitFor("vmtest: waiting", GuestBound);
        Assert.Contains($"Seccomp:\t{mode}\n", await File.ReadAllTextAsync($"/proc/{run.Qemu}/status"), StringComparison.Ordinal);
        run.Signal("TERM");
        Assert.Equal(0, (await run.End(GuestBound)).Status);
    }

    [Fact]
    public async Task The_runtime_directory_is_private_while_the_machine_runs_and_gone_afterwards()
    {
        using var run = VmspawnRun.Start(Scratch, QemuKind.Distribution, Guest("wait-acpi,poweroff"));
        await run.Output.WaitFor("vmtest: waiting", GuestBound);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Scratch.RuntimeOf(Scratch.Mark)));
        run.Signal("TERM");
        Assert.Equal(0, (await run.End(GuestBound)).Status);
        Assert.False(Directory.Exists(Scratch.RuntimeOf(Scratch.Mark)));
    }

    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task An_image_is_opened_by_vmspawn_and_qemu_gets_no_path_to_it(QemuKind qemu)
    {
        var image = Scratch.Raw("disk");
        using var run = VmspawnRun.Start(Scratch, qemu, Guest("wait-acpi,poweroff", $"--image={image}"));
        await run.Output.WaitFor("vmtest: waiting", GuestBound);
        Assert.DoesNotContain(Processes.Arguments(run.Qemu), argument => argument.Contains(image, StringComparison.Ordinal));
        Assert.Contains(image, Processes.Descriptors(run.Qemu).Values);
        run.Signal("TERM");
        Assert.Equal(0, (await run.End(GuestBound)).Status);
    }
}
