using NUnit.Framework;
using NUnit.Framework.Interfaces;
using Vmspawn.Testing;

namespace Samples;

// <example>
public sealed class SharedMachineTests : IAsyncDisposable
{
    private readonly VmFixture _shared = new(SampleGuest.Machine);

    [OneTimeSetUp]
    public async Task Start()
    {
        await _shared.StartAsync();
        if (_shared.SkipReason is { } reason)
            Assert.Ignore(reason);
    }

    [TearDown]
    public async Task Report()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status != TestStatus.Failed || !_shared.IsStarted)
            return;
        foreach (var file in await _shared.Machine.WriteReportAsync(Path.Combine(TestHost.Reports, _shared.Machine.Name)))
            TestContext.AddTestAttachment(file);
    }

    public ValueTask DisposeAsync() => _shared.DisposeAsync();

    [Test]
    public async Task The_site_is_there() => Assert.That(await _shared.Guest.ShellAsync("cat /site/index.html"), Is.EqualTo("hello"));

    [Test]
    public async Task A_reset_undoes_what_was_done()
    {
        await _shared.Guest.ShellAsync("rm -r /site");
        await _shared.ResetAsync();
        Assert.That(await _shared.Guest.ShellAsync("cat /site/index.html"), Is.EqualTo("hello"));
    }
}
// </example>
