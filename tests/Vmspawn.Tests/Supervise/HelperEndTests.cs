using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Plan;
using Vmspawn.Supervise;

namespace Vmspawn.Tests.Supervise;

public class HelperEndTests
{
    [Theory]
    [InlineData("swtpm: Error: Could not initialize the TPM\n", ": swtpm: Error: Could not initialize the TPM (move it away)")]
    [InlineData("swtpm: Error: out of memory\n", ": swtpm: Error: out of memory")]
    [InlineData("", "")]
    public async Task A_known_error_message_is_shown_with_what_to_do(string output, string excerpt)
    {
        var helper = new SupervisedProcess("swtpm", 1, Task.FromResult(new ChildExit(0, null)), _ => { }, new ProcessOutput(Task.CompletedTask, () => output))
        {
            Hints = [new HelperHint("Could not initialize", "move it away")],
        };
        var end = await HelperEnd.OfAsync(helper, hadGuest: false, TimeProvider.System, CancellationToken.None);
        Assert.Equal(excerpt, await end.ExcerptAsync(TimeProvider.System, CancellationToken.None));
    }
}
