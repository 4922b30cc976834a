using CsCheck;
using Vmspawn.Host;
using Vmspawn.Qemu;

namespace Vmspawn.Tests.Qemu;

public class KvmMemoryTests
{
    private static readonly BinaryStamp Qemu = new("/usr/bin/qemu", 1, 2, 3);
    private static readonly string Head = KvmMemory.Head("b00t", Qemu, "max");

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "a trial guest hung")]
    [InlineData(false, "two\nlines")]
    public void An_answer_is_read_back(bool usable, string? reason)
    {
        var facts = new KvmFacts(usable, reason);
        using var directory = new TemporaryDirectory();
        Assert.True(AtomicFile.TryWrite(directory["k"], KvmMemory.Format(facts, Head)));
        Assert.Equal(facts with { Reason = facts.Reason?.ReplaceLineEndings(" ") }, KvmMemory.Read(directory["k"], Head));
    }

    [Fact]
    public void An_answer_of_another_boot_binary_or_cpu_model_is_not_taken()
    {
        var text = System.Text.Encoding.UTF8.GetString(KvmMemory.Format(new KvmFacts(true, null), Head));
        Assert.NotNull(KvmMemory.Parse(text, Head));
        Assert.Null(KvmMemory.Parse(text, KvmMemory.Head("b11t", Qemu, "max")));
        Assert.Null(KvmMemory.Parse(text, KvmMemory.Head("b00t", Qemu with { Inode = 4 }, "max")));
        Assert.Null(KvmMemory.Parse(text, KvmMemory.Head("b00t", Qemu, "host")));
    }

    [Fact]
    public void A_missing_file_a_directory_and_a_cut_or_foreign_file_are_not_taken()
    {
        using var directory = new TemporaryDirectory();
        Assert.Null(KvmMemory.Read(directory["none"], Head));
        Assert.Null(KvmMemory.Read(directory.Path, Head));
        var whole = System.Text.Encoding.UTF8.GetString(KvmMemory.Format(new KvmFacts(false, "why"), Head));
        for (var length = 0; length < whole.Length; length++)
            Assert.Null(KvmMemory.Parse(whole[..length], Head));
    }

    [Fact]
    public void Only_the_word_usable_behind_the_head_makes_KVM_usable() =>
        Gen.String[Gen.Char["usable not:\n"], 0, 20].Sample(tail =>
            KvmMemory.Parse(Head + tail, Head) is not { Usable: true } || tail == "usable\n");
}
