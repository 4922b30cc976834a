using CsCheck;
using Vmspawn.Images;

namespace Vmspawn.Tests.Images;

public class InitrdFactsTests
{
    [Fact]
    public void Members_follow_each_other_each_at_a_multiple_of_4_and_have_the_announced_length() =>
        Gen.Byte.Array[1, 40].Array[1, 4].Sample(
            members =>
            {
                using var directory = new TemporaryDirectory();
                var expected = new List<byte>();
                var paths = new List<string>();
                foreach (var member in members)
                {
                    while (expected.Count % 4 != 0)
                        expected.Add(0);
                    expected.AddRange(member);
                    paths.Add(directory[$"{paths.Count}"]);
                    File.WriteAllBytes(paths[^1], member);
                }

                var initrd = InitrdFacts.Probe(paths, [])!;
                using (var file = File.OpenHandle(directory["merged"], FileMode.CreateNew, FileAccess.Write))
                    initrd.WriteTo(file);
                Assert.Equal(expected, File.ReadAllBytes(directory["merged"]));
            },
            iter: 50);

    [Fact]
    public void A_member_larger_than_the_copy_buffer_is_copied_whole()
    {
        using var directory = new TemporaryDirectory();
        var bytes = new byte[(1 << 20) + 3];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(directory["a"], bytes);
        using (var file = File.OpenHandle(directory["m"], FileMode.CreateNew, FileAccess.Write))
            InitrdFacts.Probe([directory["a"], directory["a"]], [])!.WriteTo(file);
        var merged = File.ReadAllBytes(directory["m"]);
        Assert.Equal(bytes, merged[..bytes.Length]);
        Assert.Equal(bytes, merged[(bytes.Length + 1)..]);
    }

    [Fact]
    public void Every_bad_initrd_is_reported_with_its_path()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["empty"], "");
        var problems = new List<Problem>();
        Assert.Null(InitrdFacts.Probe([directory["none"], directory["empty"], directory.Path], problems));
        Assert.Equal(["initrd-missing", "initrd-empty", "initrd-directory"], problems.Select(p => p.Code));
        Assert.Contains(directory["none"], problems[0].Subject);
    }

    [Fact]
    public void No_initrd_is_none_and_no_problem()
    {
        var problems = new List<Problem>();
        Assert.Null(InitrdFacts.Probe([], problems));
        Assert.Empty(problems);
    }
}
