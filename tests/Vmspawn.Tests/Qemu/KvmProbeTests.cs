using Vmspawn.Qemu;

namespace Vmspawn.Tests.Qemu;

public class KvmProbeTests
{
    [Fact]
    public async Task Many_first_runs_at_once_agree_and_the_answer_is_remembered()
    {
        using var directory = new TemporaryDirectory();
        var qemu = (await QemuQuestions.AskAsync(Tool.Qemu, [], CancellationToken.None))!;
        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => KvmProbe.ProbeAsync(qemu, "max", directory.Path, CancellationToken.None))));
        Assert.All(answers, answer => Assert.True(answer.Usable == answer.Reason is null));
        Assert.Equal(answers[0].Usable, Assert.Single(answers.Select(a => a.Usable).Distinct()));
        if (!File.Exists("/dev/kvm"))
            return;
        var memory = Assert.Single(Directory.GetFiles(directory.Path));
        var text = File.ReadAllText(memory);
        File.WriteAllText(memory, text[..(text.IndexOf("\ncpu max\n", StringComparison.Ordinal) + 9)] + "not usable: as remembered\n");
        Assert.Equal("as remembered", (await KvmProbe.ProbeAsync(qemu, "max", directory.Path, CancellationToken.None)).Reason);
        File.WriteAllText(memory, "rubbish");
        Assert.NotEqual("as remembered", (await KvmProbe.ProbeAsync(qemu, "max", directory.Path, CancellationToken.None)).Reason);
    }

    [Fact]
    public async Task A_qemu_without_kvm_is_reported_without_a_trial()
    {
        var qemu = (await QemuQuestions.AskAsync(Tool.Qemu, [], CancellationToken.None))! with { Accelerators = new HashSet<string> { "tcg" } };
        Assert.Contains("built without KVM", (await KvmProbe.ProbeAsync(qemu, "max", "/nonexistent", CancellationToken.None)).Reason);
    }

    [Theory]
    [InlineData(0.1, false, 1.0)]
    [InlineData(0.5, false, 2.0)]
    [InlineData(2.0, false, 3.0)]
    [InlineData(0.1, true, 3.0)]
    public void Kvm_gets_four_times_what_emulation_takes_within_bounds(double emulated, bool failed, double bound) =>
        Assert.Equal(
            TimeSpan.FromSeconds(bound), KvmProbe.BoundAfter(new KvmTrial(failed ? "why" : null, TimeSpan.FromSeconds(emulated))));

    [Fact]
    public async Task A_trial_that_timed_out_is_reported_as_such_and_not_cached()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["qemu"], "#!/bin/sh\nexec sleep 60\n");
        File.SetUnixFileMode(directory["qemu"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var qemu = SomeQemu.Facts with { Path = directory["qemu"], Accelerators = new HashSet<string> { "kvm" } };
        var facts = await KvmProbe.TryAsync(qemu, "max", CancellationToken.None);
        Assert.True(facts is { Usable: false, IsUndecided: true });
        Assert.Contains("tries again", facts.Reason);
        KvmMemory.Write(directory["memory"], "head\n", facts);
        Assert.False(File.Exists(directory["memory"]));
        KvmMemory.Write(directory["memory"], "head\n", new KvmFacts(false, "no"));
        Assert.Equal("no", KvmMemory.Read(directory["memory"], "head\n")?.Reason);
    }
}
