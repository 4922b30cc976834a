using Vmspawn.Qemu;

namespace Vmspawn.Tests.Qemu;

public class KvmProbeTests
{
    [Fact]
    public async Task Many_first_runs_at_once_agree_and_the_answer_is_remembered()
    {
        using var directory = new TemporaryDirectory();
        var qemu = QemuQuestions.Ask(Tool.Qemu, [])!;
        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => KvmProbe.Probe(qemu, "max", directory.Path))));
        Assert.All(answers, answer => Assert.True(answer.Usable == answer.Reason is null));
        Assert.Equal(answers[0].Usable, Assert.Single(answers.Select(a => a.Usable).Distinct()));
        if (!File.Exists("/dev/kvm"))
            return;
        var memory = Assert.Single(Directory.GetFiles(directory.Path));
        var text = File.ReadAllText(memory);
        File.WriteAllText(memory, text[..(text.IndexOf("\ncpu max\n", StringComparison.Ordinal) + 9)] + "not usable: as remembered\n");
        Assert.Equal("as remembered", KvmProbe.Probe(qemu, "max", directory.Path).Reason);
        File.WriteAllText(memory, "rubbish");
        Assert.NotEqual("as remembered", KvmProbe.Probe(qemu, "max", directory.Path).Reason);
    }

    [Fact]
    public void A_qemu_without_kvm_is_told_without_a_trial()
    {
        var qemu = QemuQuestions.Ask(Tool.Qemu, [])! with { Accelerators = new HashSet<string> { "tcg" } };
        Assert.Contains("built without KVM", KvmProbe.Probe(qemu, "max", "/nonexistent").Reason);
    }

    [Theory]
    [InlineData(0.1, false, 1.0)]
    [InlineData(0.5, false, 2.0)]
    [InlineData(2.0, false, 3.0)]
    [InlineData(0.1, true, 3.0)]
    public void Kvm_gets_four_times_what_emulation_takes_within_bounds(double emulated, bool failed, double bound) =>
        Assert.Equal(
            TimeSpan.FromSeconds(bound), KvmProbe.BoundAfter(new KvmTrial(failed ? "why" : null, TimeSpan.FromSeconds(emulated))));
}
