using Vmspawn.Qemu;

namespace Vmspawn.Tests.Qemu;

public class QemuQuestionsTests
{
    [Fact]
    public void The_installed_qemu_tells_all_that_a_plan_needs()
    {
        var problems = new List<Problem>();
        var facts = QemuQuestions.Ask(Tool.Qemu, problems)!;
        Assert.Empty(problems);
        Assert.True(facts.Version >= QemuVersion.Oldest);
        foreach (var driver in (string[])["virtio-blk-pci", "nvme", "virtio-scsi-pci", "pcie-root-port", "virtio-serial-pci", "virtio-rng-pci", "virtio-balloon-pci", "virtio-net-pci"])
            Assert.True(facts.IsPci(driver), driver);
        Assert.True(facts.HasDriver("scsi-cd") && !facts.IsPci("scsi-cd"));
        Assert.Contains("q35", facts.Machines);
        Assert.Contains("tcg", facts.Accelerators);
        Assert.True(facts.HasSandbox);
        Assert.True(facts.HasIoUring);
        Assert.Equal(facts.Version >= new QemuVersion(10, 2, 0), facts.HasExitWithParent);
        Assert.Equal(facts.Version >= new QemuVersion(9, 1, 0), facts.RunWith.Contains("user"));
    }

    [Theory]
    [InlineData("#!/bin/sh\necho 'cannot open shared object file' >&2; exit 127", "cannot open shared object file")]
    [InlineData("#!/bin/sh\necho QEMU emulator version 6.0.0", "7.2 or later")]
    [InlineData("#!/bin/sh\necho QEMU emulator version 8.0.0", "devices")]
    [InlineData("not a program", "version")]
    public void A_binary_that_is_no_use_is_one_problem_with_what_it_said(string script, string words)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["qemu"], script);
        File.SetUnixFileMode(directory["qemu"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var problems = new List<Problem>();
        Assert.Null(QemuQuestions.Ask(directory["qemu"], problems));
        Assert.Contains(words, Assert.Single(problems).Text);
    }
}
