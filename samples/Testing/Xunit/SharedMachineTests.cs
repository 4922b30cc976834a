using Vmspawn.Testing.Xunit;
using Xunit;

namespace Samples;

// <example>
public sealed class SharedMachine() : VmTestFixture(SampleGuest.Machine);

// Also ICollectionFixture<SharedMachine>, or [assembly: AssemblyFixture(typeof(SharedMachine))].
public sealed class SharedMachineTests(SharedMachine shared) : VmTest(shared), IClassFixture<SharedMachine>
{
    [Fact]
    public async Task The_kernel_is_linux() => Assert.Equal("Linux", await Guest.ShellAsync("uname -s", Cancel));

    [Fact]
    public async Task The_site_is_there() => Assert.Equal("hello", await Guest.ShellAsync("cat /site/index.html", Cancel));
}
// </example>
