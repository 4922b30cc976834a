namespace Vmspawn.Linux;

public class ExecutableTests
{
    [Fact]
    public void Only_absolute_directories_of_the_path_are_searched()
    {
        Assert.Null(Executable.FindIn("::bin:.:../bin", "sh"));
        Assert.Equal("/bin/sh", Executable.FindIn("relative:/nonexistent:/bin", "sh"));
        Assert.Equal(Executable.FindIn("/usr/bin", "env"), Executable.Find("env", "usr/bin:bin"));
    }
}
