namespace Vmspawn.Testing.Tests;

public class TestHostTests
{
    private static readonly VmHost Without = new()
    {
        Distribution = "Debian", Kernel = "6.1", User = "ann",
        Findings = [new HostFinding("qemu", "QEMU", HostFindingState.Fails, "it is not installed", null, "apt install qemu-system-x86")],
    };

    [Fact]
    public void A_host_without_machines_is_a_skip_with_the_reason_and_the_remedy()
    {
        Assert.Equal("no machine starts here: QEMU: it is not installed (apt install qemu-system-x86)", TestHost.WhySkip(Without, Places()));
        Assert.Null(TestHost.WhySkip(Without with { Findings = [] }, Places(("VMSPAWN_TEST_REQUIRED", "1"))));
    }

    [Fact]
    public void Where_machines_are_required_it_is_a_failure()
    {
        var error = Assert.Throws<TestMachineException>(() => TestHost.WhySkip(Without, Places(("VMSPAWN_TEST_REQUIRED", "1"))));
        Assert.Equal("no machine starts here, but VMSPAWN_TEST_REQUIRED=1 requires it: QEMU: it is not installed (apt install qemu-system-x86)", error.Message);
        Assert.NotNull(TestHost.WhySkip(Without, Places(("VMSPAWN_TEST_REQUIRED", "0"))));
    }

    [Fact]
    public void Variables_set_limits_and_places()
    {
        var places = Places(("VMSPAWN_TEST_CPUS", "3"), ("VMSPAWN_TEST_CACHE_SIZE", "5G"), ("VMSPAWN_TEST_REPORTS", "/reports"));
        Assert.Equal((3, 5L << 30, "/reports"), (places.Slots, places.CacheLimit, places.Reports));
        Assert.Equal((Environment.ProcessorCount, 20L << 30), (Places().Slots, Places().CacheLimit));
    }

    [Theory]
    [InlineData("VMSPAWN_TEST_CPUS", "0")]
    [InlineData("VMSPAWN_TEST_CPUS", "many")]
    [InlineData("VMSPAWN_TEST_CACHE_SIZE", "large")]
    public void A_variable_without_a_number_is_an_error(string name, string text)
    {
        var error = Assert.Throws<TestMachineException>(() => name == "VMSPAWN_TEST_CPUS" ? Places((name, text)).Slots : Places((name, text)).CacheLimit);
        Assert.StartsWith($"{name}={text}: it must be a", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_others_can_write_to_is_not_used_for_locks()
    {
        using var directory = new Vmspawn.Tests.TemporaryDirectory();
        var shared = Directory.CreateDirectory(directory["vmspawn-tests"]);
        shared.UnixFileMode |= UnixFileMode.OtherWrite;
        var error = Assert.Throws<IOException>(() => Places(("XDG_RUNTIME_DIR", directory.Path)).SlotDirectory());
        Assert.Equal($"{shared.FullName} cannot be used, because other users can write to it", error.Message);
    }

    private static TestPlaces Places(params (string Name, string Value)[] variables) => new(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
