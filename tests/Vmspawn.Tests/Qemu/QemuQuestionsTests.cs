using Vmspawn.Qemu;

namespace Vmspawn.Tests.Qemu;

public class QemuQuestionsTests
{
    [Fact]
    public async Task The_installed_qemu_tells_all_that_a_plan_needs()
    {
        var problems = new List<Problem>();
        var facts = (await QemuQuestions.AskAsync(Tool.Qemu, problems, CancellationToken.None))!;
        Assert.Empty(problems);
        Assert.True(facts.Version >= QemuVersion.Oldest);
        foreach (var driver in (string[])["virtio-blk-pci", "nvme", "virtio-scsi-pci", "pcie-root-port", "virtio-serial-pci", "virtio-rng-pci", "virtio-balloon-pci", "virtio-net-pci"])
            Assert.True(facts.IsPci(driver), driver);
        Assert.True(facts.HasDriver("scsi-cd") && !facts.IsPci("scsi-cd"));
        Assert.Contains("q35", facts.Machines);
        Assert.Contains("tcg", facts.Accelerators);
        Assert.True(facts.HasSandbox);
        Assert.True(facts.HasIoUring);
    }

    [Theory]
    [InlineData("#!/bin/sh\necho 'cannot open shared object file' >&2; exit 127", "cannot open shared object file")]
    [InlineData("#!/bin/sh\necho QEMU emulator version 6.0.0", "7.2 or later")]
    [InlineData("#!/bin/sh\necho QEMU emulator version 8.0.0", "devices")]
    [InlineData("not a program", "version")]
    public async Task A_binary_that_cannot_be_used_is_one_problem_with_its_output(string script, string words)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["qemu"], script);
        File.SetUnixFileMode(directory["qemu"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var problems = new List<Problem>();
        Assert.Null(await QemuQuestions.AskAsync(directory["qemu"], problems, CancellationToken.None));
        Assert.Contains(words, Assert.Single(problems).Text);
    }

    /// <summary>Answers like QEMU, but one question only the second time, or never.</summary>
    private static string Slow(TemporaryDirectory directory, string question, bool always)
    {
        File.WriteAllText(directory["qemu"], $$"""
            #!/bin/sh
            case "$*" in "{{question}}"*) [ {{(always ? "yes" : "no")}} = yes -o ! -e {{directory["asked"]}} ] && { : > {{directory["asked"]}}; exec sleep 60; } ;; esac
            case "$*" in
            "-version") echo "QEMU emulator version 9.2.0" ;;
            "-device help") echo 'name "nvme", bus PCI' ;;
            "-machine help") echo "q35 one" ;;
            esac
            """ + "\n");
        File.SetUnixFileMode(directory["qemu"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return directory["qemu"];
    }

    [Theory]
    [InlineData("-sandbox on")]
    [InlineData("-blockdev")]
    [InlineData("-object help")]
    public async Task A_query_that_timed_out_is_repeated_and_not_taken_for_a_negative_answer(string question)
    {
        using var directory = new TemporaryDirectory();
        var problems = new List<Problem>();
        var facts = await new QemuQuestions(Slow(directory, question, always: false), TimeSpan.FromSeconds(2)).AskAsync(problems, CancellationToken.None);
        Assert.Empty(problems);
        Assert.True(facts is { HasSandbox: true, HasIoUring: true });
    }

    [Theory]
    [InlineData("-sandbox on")]
    [InlineData("-object help")]
    public async Task A_query_without_an_answer_is_a_problem_and_yields_no_facts(string question)
    {
        using var directory = new TemporaryDirectory();
        var problems = new List<Problem>();
        Assert.Null(await new QemuQuestions(Slow(directory, question, always: true), TimeSpan.FromSeconds(1)).AskAsync(problems, CancellationToken.None));
        var problem = Assert.Single(problems);
        Assert.Equal("qemu-slow", problem.Code);
        Assert.Contains(question, problem.Text);
    }

    [Fact]
    public async Task Questions_end_when_they_are_cancelled()
    {
        using var directory = new TemporaryDirectory();
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => QemuQuestions.AskAsync(Slow(directory, "-version", always: true), [], stop.Token));
    }
}
