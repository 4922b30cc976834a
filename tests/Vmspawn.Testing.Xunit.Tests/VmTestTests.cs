using global::Xunit.Sdk;

namespace Vmspawn.Testing.Xunit.Tests;

public class VmTestTests
{
    [Fact]
    public async Task A_fixture_that_was_not_started_fails_each_test_that_uses_it()
    {
        await using var fixture = new Fixture(new Failing());
        var test = new Test(fixture);
        var error = await Assert.ThrowsAsync<TestMachineException>(async () => await test.InitializeAsync());
        Assert.Equal("the machine of the fixture is used before its start or after its disposal", error.Message);
        await test.DisposeAsync();
    }

    [Fact]
    public async Task A_start_that_failed_fails_each_test_with_the_reason()
    {
        await using var fixture = new Fixture(new Failing());
        await fixture.InitializeAsync();
        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsAsync<TestMachineException>(async () => await new Test(fixture).InitializeAsync());
            Assert.Equal("no such image", error.Message);
            Assert.IsType<InvalidOperationException>(error.InnerException);
        }
    }

    [Fact]
    public void A_skip_of_a_fixture_is_a_skip_for_xunit()
    {
        var skip = new Fixture(new Failing()).Skip("no QEMU");
        Assert.IsType<SkipException>(skip);
        Assert.EndsWith("no QEMU", skip.Message, StringComparison.Ordinal);
    }

    private sealed class Fixture(VmImage image) : VmTestFixture(new TestMachine(image))
    {
        public Exception Skip(string reason) => ToSkip(reason);
    }

    private sealed class Test(VmFixture fixture) : VmTest(fixture);

    private sealed class Failing : VmImage
    {
        public override string Name => "failing";

        public override Task<VmImageFiles> PrepareAsync(IProgress<VmImageProgress>? progress = null, CancellationToken cancellationToken = default) => throw new InvalidOperationException("no such image");
    }
}
