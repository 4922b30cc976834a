using Vmspawn.Options;

namespace Vmspawn.Testing.Tests;

public class TestMachineTests
{
    private static readonly TestMachine Machine = new(VmImage.Kernel("/k"));

    [Fact]
    public void Writes_are_discarded_and_the_name_is_unique_unless_the_test_says_otherwise()
    {
        var files = new VmImageFiles { Image = "/disk", Stamp = "" };
        var options = Machine.OptionsFor(files, "a-1");
        Assert.Equal(("a-1", "/disk", true, Tristate.No), (options.Machine, options.Image, options.Ephemeral, options.Tpm));
        Assert.Equal([NetworkMode.User], options.Networks);
        Assert.Equal("other", (Machine with { Configure = given => given with { Machine = "other" } }).OptionsFor(files, "a-1").Machine);
    }

    [Theory]
    [InlineData(null, "test-")]
    [InlineData("The_site survives: a reset", "The-site-survives-a-reset-")]
    [InlineData("___", "test-")]
    [InlineData("A_very_long_name_of_a_test_of_which_a_host_name_has_only_a_part", "A-very-long-name-of-a-test-of-which-a-ho-")]
    public void The_name_of_a_machine_shows_its_test(string? label, string start)
    {
        var (one, two) = (TestMachine.NewName(label), TestMachine.NewName(label));
        Assert.StartsWith(start, one, StringComparison.Ordinal);
        Assert.NotEqual(one, two);
        Assert.Equal(start.Length + 16, one.Length);
        Assert.True(MachineNameText.IsValid(one));
    }

    [Fact]
    public void What_is_prepared_is_known_by_the_given_key_or_by_the_assembly()
    {
        var prepared = Machine with { Prepare = (_, _) => Task.CompletedTask };
        Assert.NotEqual(Machine.PreparedBy, prepared.PreparedBy);
        Assert.Contains($"{typeof(TestMachineTests).Module.ModuleVersionId}", prepared.PreparedBy, StringComparison.Ordinal);
        Assert.NotEqual(prepared.PreparedBy, (prepared with { Prepare = (_, _) => Task.FromResult(1) }).PreparedBy);
        Assert.Equal("key 3", (prepared with { PrepareKey = "3" }).PreparedBy);
        Assert.NotEqual(Machine.PreparedBy, (Machine with { Ready = GuestWait.Unit("a.service") }).PreparedBy);
    }
}
