namespace Vmspawn.Linux;

public class RandomNumberTests
{
    [Fact]
    public void Numbers_differ_and_use_every_bit()
    {
        var numbers = Enumerable.Range(0, 1000).Select(_ => RandomNumber.Next()).ToList();
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
        Assert.Equal(ulong.MaxValue, numbers.Aggregate((one, other) => one | other));
        Assert.Equal(0ul, numbers.Aggregate((one, other) => one & other));
    }
}
