using Microsoft.VisualStudio.TestTools.UnitTesting;
using Vmspawn.Testing;

namespace Samples;

// <example>
[TestClass]
public sealed class FreshMachineTests
{
    private TestVm? _vm;

    public required TestContext TestContext { get; set; }

    [TestInitialize]
    public async Task Start()
    {
        if (await TestHost.WhySkipAsync(TestContext.CancellationToken) is { } reason)
            Assert.Inconclusive(reason);
        _vm = await SampleGuest.Machine.StartAsync(new TestStartOptions { Label = TestContext.TestName }, TestContext.CancellationToken);
    }

    [TestCleanup]
    public async Task End()
    {
        if (_vm is null)
            return;
        if (TestContext.CurrentTestOutcome == UnitTestOutcome.Failed)
        {
            foreach (var file in await _vm.Machine.WriteReportAsync(Path.Combine(TestHost.Reports, _vm.Machine.Name)))
                TestContext.AddResultFile(file);
        }

        await _vm.DisposeAsync();
    }

    [TestMethod]
    public async Task The_site_is_there() => Assert.AreEqual("hello", await _vm!.Guest.ShellAsync("cat /site/index.html", TestContext.CancellationToken));

    [TestMethod]
    public async Task A_test_may_break_its_machine() => await _vm!.Guest.ShellAsync("rm -r /site", TestContext.CancellationToken);
}
// </example>
