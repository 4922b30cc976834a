namespace Vmspawn.Cli.Tests.Texts;

public class ArchitectureTextTests
{
    [Theory]
    [InlineData("x86-64", "x86_64")]
    [InlineData("amd64", "x86_64")]
    [InlineData("arm64", "aarch64")]
    public void The_names_of_systemd_and_Debian_are_understood(string name, string qemu) =>
        Assert.Equal(ArchitectureText.Parse(qemu).Value, ArchitectureText.Parse(name).Value);

    [Fact]
    public void An_architecture_without_a_machine_is_a_mistake_that_lists_those_there_are() =>
        Assert.Contains("x86_64, aarch64, riscv64", ArchitectureText.Parse("vax").Mistake!.Hint);
}
