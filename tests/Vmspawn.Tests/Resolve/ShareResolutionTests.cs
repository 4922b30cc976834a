using Vmspawn.Firmware;
using Vmspawn.Host;
using Vmspawn.Qemu;
using Vmspawn.Resolve;
using Vmspawn.Shares;
using Vmspawn.Spec;
using Vmspawn.Tests.Qemu;

namespace Vmspawn.Tests.Resolve;

public class ShareResolutionTests
{
    [Fact]
    public void A_directory_named_by_a_link_is_shared_itself_and_keeps_its_name_for_the_guest()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory["real"]);
        File.CreateSymbolicLink(directory["link"], "real");
        var problems = new List<Problem>();
        var shared = SharedDirectory.Look("--bind=link", directory["link"], problems)!;
        Assert.Equal((directory["real"], directory["link"]), (shared.Path, shared.Name));
        Assert.Equal(directory["real"], SharedDirectory.Look("--bind=real", directory["real"], problems)!.Name);
        Assert.Empty(problems);
    }

    [Theory]
    [InlineData(VirtiofsdKind.C, "/", VirtiofsdSandbox.Chroot)]
    [InlineData(VirtiofsdKind.C, "/srv", VirtiofsdSandbox.Namespace)]
    [InlineData(VirtiofsdKind.Rust, "/", VirtiofsdSandbox.Namespace)]
    internal void The_root_directory_is_shared_by_a_sandbox_that_can_enter_it(VirtiofsdKind kind, string path, VirtiofsdSandbox sandbox)
    {
        var host = new HostFacts(0, 2, 8L << 30, new RuntimeBase("/run/systemd/vmspawn", false), true, true, true, true, MayAdministerNetwork: true);
        var inventory = new HostInventory(host, SomeQemu.Facts, new FirmwarePlaces([], []), _ => null, (_, _) => Task.FromResult(new KvmFacts(false, "none")));
        var facts = new VirtiofsdFacts([new VirtiofsdProgram("/usr/lib/qemu/virtiofsd", kind, kind == VirtiofsdKind.Rust, kind == VirtiofsdKind.Rust)], [], [], VirtiofsdSandbox.Namespace);
        var server = Assert.IsType<Virtiofsd>(new ShareServers(inventory, facts, [], []).For("--bind=/", path, readOnly: false, null, isRequired: false));
        Assert.Equal(sandbox, server.Sandbox);
    }
}
