using Vmspawn.Testing.Xunit;
using Xunit;

namespace Samples;

// <example>
public sealed class FreshMachineTests() : VmTest(SampleGuest.Machine)
{
    [Fact]
    public async Task A_test_may_break_its_machine() => await Guest.ShellAsync("rm -r /site", Cancel);

    [Fact]
    public async Task The_next_test_has_another_one() => Assert.Equal("hello", await Guest.ShellAsync("cat /site/index.html", Cancel));

    [Fact]
    public async Task A_reset_undoes_what_was_done()
    {
        await Guest.ShellAsync("echo changed >/site/index.html", Cancel);
        await ResetAsync();
        Assert.Equal("hello", await Guest.ShellAsync("cat /site/index.html", Cancel));
    }
}
// </example>
