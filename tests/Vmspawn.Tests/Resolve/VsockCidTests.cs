using CsCheck;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Resolve;

namespace Vmspawn.Tests.Resolve;

public sealed class VsockCidTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void A_name_has_always_the_same_context_id_one_that_a_guest_can_have() =>
        Gen.String.Sample(name =>
        {
            Assert.Equal(VsockResolver.Derive(name), VsockResolver.Derive(name));
            Assert.InRange(VsockResolver.Derive(name), VsockCid.First, VsockCid.Last);
        });

    [Fact]
    public void Two_machines_never_hold_one_context_id_and_it_is_free_when_the_first_releases_it()
    {
        var place = new RuntimeBase(_directory.Path, IsFallback: false);
        var host = VsockHost.Of(place);
        using (var first = CidClaim.TryTake(place, 42))
        {
            Assert.NotNull(first);
            Assert.False(host.IsUnclaimed(42));
            Assert.True(host.IsUnclaimed(43));
            Assert.Null(CidClaim.TryTake(place, 42));
        }

        Assert.True(host.IsUnclaimed(42));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    public void Dispose() => _directory.Dispose();
}
