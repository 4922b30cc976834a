using System.Text;
using Vmspawn.Shares;
using Vmspawn.Spec;

namespace Vmspawn.Tests.Shares;

public class ShareMountsTests
{
    private static ShareSpec Share(int index, string target, bool readOnly = false) => new()
    {
        Id = $"vmspawn-share-{index}",
        Tag = $"mnt{index}",
        Source = "/srv",
        Target = target,
        ReadOnly = readOnly,
        Server = new Virtiofsd("/usr/libexec/virtiofsd", VirtiofsdKind.Rust, VirtiofsdSandbox.Namespace),
    };

    [Fact]
    public void The_users_own_lines_stay_in_front()
    {
        var credentials = new CredentialSet();
        credentials.Set("fstab.extra", "tmpfs /t tmpfs"u8.ToArray());
        ShareMounts.Append(credentials, [Share(0, "/a b#c"), Share(1, "/d", readOnly: true)]);
        Assert.Equal(
            "tmpfs /t tmpfs\nmnt0 /a\\040b\\043c virtiofs rw,x-initrd.mount\nmnt1 /d virtiofs ro,x-initrd.mount\n",
            Encoding.UTF8.GetString(Assert.Single(credentials.All).Value.Span));
    }

    [Fact]
    public void Without_shares_there_is_no_credential_and_no_notice()
    {
        var credentials = new CredentialSet();
        ShareMounts.Append(credentials, []);
        Assert.Empty(credentials.All);
        Assert.Null(ShareMounts.Notice([]));
    }

    [Fact]
    public void A_tree_with_systemd_needs_no_command() =>
        Assert.Null(ShareMounts.Notice([Share(0, "/") with { Id = "vmspawn-root", HasSystemd = true }, Share(0, "/a")]));

    [Fact]
    public void The_command_for_other_guests_can_be_pasted() => Assert.EndsWith(
        "mount -t virtiofs -o rw mnt0 '/it'\\''s'; mount -t virtiofs -o ro mnt1 /d", ShareMounts.Notice([Share(0, "/it's"), Share(1, "/d", readOnly: true)]), StringComparison.Ordinal);

    [Fact]
    public void The_root_directory_is_the_kernels_matter_and_9p_needs_more_words()
    {
        var credentials = new CredentialSet();
        ShareMounts.Append(credentials, [Share(0, "/") with { Id = "vmspawn-root", Tag = "root" }, Share(0, "/a") with { Server = new NineP(KeepsOwners: true) }]);
        Assert.Equal("mnt0 /a 9p trans=virtio,version=9p2000.L,msize=512000,rw,x-initrd.mount\n", Encoding.UTF8.GetString(Assert.Single(credentials.All).Value.Span));
    }
}
