namespace Vmspawn.Tests.Ssh;

public class SshProgramTests
{
    [Fact]
    public void Another_program_takes_the_place_of_ssh()
    {
        Assert.Equal("/bin/true", Find("/bin/true"));
        Assert.EndsWith("/true", Find("true"), StringComparison.Ordinal);
        Assert.Null(Find("/nowhere/ssh"));
        Assert.EndsWith("/ssh", Find(""), StringComparison.Ordinal);
    }

    private static string? Find(string given) =>
        SshAccess.FindProgram(new VmEnvironment { Variable = name => name == SshAccess.ProgramVariable ? given : Environment.GetEnvironmentVariable(name) });
}
