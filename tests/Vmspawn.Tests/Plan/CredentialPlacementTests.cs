using CsCheck;
using Vmspawn.Plan;
using Vmspawn.Spec;

namespace Vmspawn.Tests.Plan;

public class CredentialPlacementTests
{
    private static CredentialSpec Some(string id, int size = 10) => new(id, new byte[size]);

    private static CredentialTransport Way(CredentialSpec credential, bool hasSmbios) =>
        Assert.Single(CredentialPlacement.For([credential], hasSmbios).Placed).Transport;

    [Fact]
    public void The_first_way_that_can_carry_it_is_taken()
    {
        Assert.Equal(CredentialTransport.Smbios, Way(Some(new string('a', 255)), hasSmbios: true));
        Assert.Equal(CredentialTransport.FwCfg, Way(Some(new string('a', 28)), hasSmbios: false));
        Assert.Equal(CredentialTransport.KernelCommandLine, Way(Some(new string('a', 29)), hasSmbios: false));
        Assert.Equal(CredentialTransport.FwCfg, Way(Some("large", 1 << 20), hasSmbios: true));
    }

    [Fact]
    public void A_large_one_pushes_no_small_one_out()
    {
        var placement = CredentialPlacement.For([Some("large", 30 << 10), Some("larger", 35 << 10), Some("small", 1 << 10)], hasSmbios: true);
        Assert.Equal([("large", CredentialTransport.Smbios), ("larger", CredentialTransport.FwCfg), ("small", CredentialTransport.Smbios)],
            placement.Placed.Select(placed => (placed.Credential.Id, placed.Transport)));
        Assert.Null(placement.Notice);
    }

    [Fact]
    public void What_everybody_can_read_is_told_and_what_goes_nowhere_is_named()
    {
        var placement = CredentialPlacement.For([Some(new string('a', 40)), Some(new string('b', 40), 1 << 16)], hasSmbios: false);
        Assert.Contains(new string('a', 40), placement.Notice, StringComparison.Ordinal);
        Assert.Equal(new string('b', 40), Assert.Single(placement.Homeless).Id);
    }

    [Fact]
    public void Each_goes_one_way_or_none_and_no_way_is_overfull() => Gen.Select(Gen.Int[1, 60], Gen.Int[0, 60_000]).List[0, 12].Select(Gen.Bool).Sample((sizes, hasSmbios) =>
    {
        var credentials = sizes.Select((size, i) => Some($"{i}-".PadRight(size.Item1 + 3, 'x'), size.Item2)).ToList();
        var placement = CredentialPlacement.For(credentials, hasSmbios);
        Assert.Equal(credentials.Select(one => one.Id).Order(), placement.Placed.Select(one => one.Credential.Id).Concat(placement.Homeless.Select(one => one.Id)).Order());
        Assert.True(placement.By(CredentialTransport.Smbios).Sum(one => CredentialPlacement.SmbiosText(one).Length) <= 48 << 10);
        Assert.True(placement.By(CredentialTransport.KernelCommandLine).Sum(one => CredentialPlacement.KernelWord(one).Length) <= 1 << 10);
        Assert.All(placement.By(CredentialTransport.FwCfg), one => Assert.True(CredentialPlacement.FwCfgKey(one).Length <= 55));
        Assert.True(hasSmbios || !placement.By(CredentialTransport.Smbios).Any());
    });
}
