namespace Vmspawn.Tests.Launch;

public sealed class LaunchExceptionTests
{
    [Fact]
    public void The_kernels_reason_is_given_without_the_path_that_the_runtime_puts_behind_it()
    {
        var cause = Assert.Throws<IOException>(() => File.WriteAllText("/dev/full", "x"));
        Assert.EndsWith("'/dev/full'", cause.Message, StringComparison.Ordinal);
        Assert.Equal("cannot write it: No space left on device", new LaunchException("write it", cause.Message, cause).Message);
        Assert.Equal("cannot write it: there : 'is a reason'", new LaunchException("write it", "there : 'is a reason'").Message);
    }
}
