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
    public void The_first_transport_that_can_carry_a_credential_is_taken()
    {
        Assert.Equal(CredentialTransport.Smbios, Way(Some(new string('a', 255)), hasSmbios: true));
        Assert.Equal(CredentialTransport.FwCfg, Way(Some(new string('a', 28)), hasSmbios: false));
        Assert.Equal(CredentialTransport.FwCfg, Way(Some("large", 1 << 20), hasSmbios: true));
    }

    [Fact]
    public void A_large_credential_displaces_no_small_one()
    {
        var placement = CredentialPlacement.For([Some("large", 30 << 10), Some("larger", 35 << 10), Some("small", 1 << 10)], hasSmbios: true);
        Assert.Equal([("large", CredentialTransport.Smbios), ("larger", CredentialTransport.FwCfg), ("small", CredentialTransport.Smbios)],
            placement.Placed.Select(placed => (placed.Credential.Id, placed.Transport)));
    }

    [Fact]
    public void A_secret_that_only_the_kernel_command_line_could_carry_is_not_placed()
    {
        var placement = CredentialPlacement.For([Some(new string('a', 29)), Some(new string('b', 40), 1 << 16)], hasSmbios: false);
        Assert.Empty(placement.Placed);
        Assert.Equal([29, 40], placement.Unplaced.Select(one => one.Id.Length));
    }

    [Fact]
    public void Only_a_public_credential_may_go_onto_the_kernel_command_line()
    {
        var key = Some("ssh.ephemeral-authorized_keys-all") with { IsPublic = true };
        Assert.Equal(CredentialTransport.KernelCommandLine, Way(key, hasSmbios: false));
        Assert.Equal(CredentialTransport.Smbios, Way(key, hasSmbios: true));
        Assert.Empty(CredentialPlacement.For([key with { IsPublic = false }], hasSmbios: false).Placed);
        Assert.Empty(CredentialPlacement.For([key with { Value = new byte[2000] }], hasSmbios: false).Placed);
    }

    [Fact]
    public void What_is_appended_to_a_secret_leaves_it_a_secret()
    {
        var set = new CredentialSet();
        set.Append("fstab.extra", "a"u8, isPublic: true);
        Assert.True(Assert.Single(set.All).IsPublic);
        set.Append("fstab.extra", "b"u8);
        set.Append("fstab.extra", "c"u8, isPublic: true);
        Assert.False(Assert.Single(set.All).IsPublic);
    }

    [Fact]
    public void Many_credentials_get_slots_of_their_own_and_too_many_are_refused()
    {
        CredentialSpec[] All(int count) => [.. Enumerable.Range(0, count).Select(i => Some($"c{i}", 1000))];
        Assert.Null(CredentialPlacement.For(All(8), hasSmbios: false).FwCfgSlots);
        Assert.Equal(32 + 56, CredentialPlacement.For(All(56), hasSmbios: false).FwCfgSlots);
        var placement = CredentialPlacement.For(All(CredentialPlacement.MostInFwCfg + 3), hasSmbios: false);
        Assert.Equal(CredentialPlacement.MostInFwCfg, placement.Placed.Count);
        Assert.Equal(3, placement.Unplaced.Count);
    }

    [Fact]
    public void Each_credential_is_placed_once_or_not_at_all_and_no_channel_exceeds_its_limit() => Gen.Select(Gen.Int[1, 60], Gen.Int[0, 60_000]).List[0, 12].Select(Gen.Bool).Sample((sizes, hasSmbios) =>
    {
        var credentials = sizes.Select((size, i) => Some($"{i}-".PadRight(size.Item1 + 3, 'x'), size.Item2)).ToList();
        var placement = CredentialPlacement.For(credentials, hasSmbios);
        Assert.Equal(credentials.Select(one => one.Id).Order(), placement.Placed.Select(one => one.Credential.Id).Concat(placement.Unplaced.Select(one => one.Id)).Order());
        Assert.True(placement.By(CredentialTransport.Smbios).Sum(one => CredentialPlacement.SmbiosText(one).Length) <= 48 << 10);
        Assert.All(placement.By(CredentialTransport.FwCfg), one => Assert.True(CredentialPlacement.FwCfgKey(one).Length <= 55));
        Assert.True(hasSmbios || !placement.By(CredentialTransport.Smbios).Any());
    });
}
