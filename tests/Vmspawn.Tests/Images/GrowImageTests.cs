using CsCheck;
using Vmspawn.Images;
using Vmspawn.Options;

namespace Vmspawn.Tests.Images;

public class GrowImageTests
{
    [Fact]
    public void The_target_is_the_requested_size_rounded_up_to_4096_and_never_smaller_than_the_file() =>
        Gen.Select(Gen.Long[1, 1L << 50], Gen.Long[0, 1L << 50]).Sample((size, request) =>
        {
            var problems = new List<Problem>();
            var target = GrowImage.Target(Image(size), request, problems);
            return problems.Count == 0 && (target is { } to
                ? to > size && to % 4096 == 0 && to >= request && to < request + 4096
                : (request + 4095) / 4096 * 4096 <= size);
        });

    [Fact]
    public void Only_a_raw_file_grows()
    {
        foreach (var image in (ImageFacts[])[Image(4096) with { Format = ImageFormat.Qcow2 }, Image(4096) with { IsBlockDevice = true }])
        {
            var problems = new List<Problem>();
            Assert.Null(GrowImage.Target(image, 8192, problems));
            Assert.Contains("disk.raw", Assert.Single(problems).Text);
        }
    }

    [Fact]
    public void A_size_that_no_file_can_have_is_refused()
    {
        var problems = new List<Problem>();
        Assert.Null(GrowImage.Target(Image(1), long.MaxValue, problems));
        Assert.Single(problems);
    }

    [Fact]
    public void A_file_is_made_longer_and_never_shorter_and_keeps_its_content()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["a"], "content");
        using var file = File.OpenHandle(directory["a"], FileMode.Open, FileAccess.ReadWrite);
        GrowImage.Apply(file, 8192);
        GrowImage.Apply(file, 4096);
        Assert.Equal(8192, RandomAccess.GetLength(file));
        var start = new byte[7];
        RandomAccess.Read(file, start, 0);
        Assert.Equal("content"u8.ToArray(), start);
    }

    private static ImageFacts Image(long size) => new("disk.raw", ImageFormat.Raw, size, size, false, default, [], []);
}
