using Vmspawn.Shares;
using Vmspawn.Spec;

namespace Vmspawn.Tests.Shares;

public class VirtiofsdTests
{
    private const string Rust = "      --shared-dir <SHARED_DIR>\n      --fd <FD>\n      --readonly\n      --translate-uid <TRANSLATE_UID>\n";
    private const string C = "    -o source=PATH             shared directory tree\n    --fd=FDNUM                 fd number of vhost-user socket\n";

    private static VirtiofsdFacts Facts(params VirtiofsdProgram[] programs) => new(programs, ["$PATH"], [], VirtiofsdSandbox.None);

    [Fact]
    public void Each_kind_is_recognised_by_its_help_text()
    {
        Assert.Equal(new VirtiofsdProgram("/x", VirtiofsdKind.Rust, true, true), VirtiofsdProgram.Of("/x", Rust));
        Assert.Equal(new VirtiofsdProgram("/x", VirtiofsdKind.C, false, false), VirtiofsdProgram.Of("/x", C));
        Assert.Null(VirtiofsdProgram.Of("/x", "usage: something else"));
    }

    [Fact]
    public void The_one_in_Rust_goes_first_and_the_one_in_C_only_runs_as_root()
    {
        var c = new VirtiofsdProgram("/c", VirtiofsdKind.C, false, false);
        var rust = new VirtiofsdProgram("/rust", VirtiofsdKind.Rust, true, true);
        Assert.Equal(rust, Facts(c, rust).Best(isRoot: true));
        Assert.Equal(c, Facts(c).Best(isRoot: true));
        Assert.Null(Facts(c).Best(isRoot: false));
        Assert.Contains("/c only runs as root", Facts(c).WhyNone, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Virtiofsd_is_found_by_its_descriptor_by_the_variable_or_in_the_path_and_the_searched_places_are_named()
    {
        using var home = new TemporaryDirectory();
        var program = home["fs"];
        File.WriteAllText(program, $"#!/bin/sh\ncat <<'E'\n{Rust}E\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Directory.CreateDirectory(home["qemu/vhost-user"]);
        File.WriteAllText(home["qemu/vhost-user/10-gpu.json"], """{"type": "gpu", "binary": "/bin/false"}""");
        File.WriteAllText(home["qemu/vhost-user/20-broken.json"], "{");
        File.WriteAllText(home["qemu/vhost-user/30-fs.json"], $$"""{"type": "fs", "binary": "{{program}}"}""");
        string? Environment(string name) => name == "XDG_CONFIG_HOME" ? home.Path : null;
        Assert.Equal(program, (await VirtiofsdLocator.LookAsync(Environment, _ => null, CancellationToken.None)).Programs[0].Path);
        Assert.Equal([program], (await VirtiofsdLocator.LookAsync(name => name == VirtiofsdLocator.Variable ? program : null, _ => null, CancellationToken.None)).Programs.Select(found => found.Path));
        var none = (await VirtiofsdLocator.LookAsync(name => name == VirtiofsdLocator.Variable ? "none" : null, _ => "/bin/false", CancellationToken.None));
        Assert.Empty(none.Programs);
        Assert.Contains("$VMSPAWN_VIRTIOFSD=none", none.WhyNone, StringComparison.Ordinal);

        // A masked descriptor hides the places of the distributions too; what is in $PATH is named, with why it is no good.
        foreach (var name in new[] { "30-fs.json", "50-qemu-virtiofsd.json", "50-virtiofsd.json" })
            File.WriteAllText(home[$"qemu/vhost-user/{name}"], "");
        var masked = (await VirtiofsdLocator.LookAsync(Environment, _ => "/bin/false", CancellationToken.None));
        Assert.Empty(masked.Programs);
        Assert.Contains("$PATH; /bin/false: ", masked.WhyNone, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("28 1 254:0 / / rw,relatime - ext4 /dev/root rw", true)]
    [InlineData("30 28 0:25 / /proc rw - proc proc rw", false)]
    public void Namespaces_require_a_root_that_is_a_mount_point(string line, bool expected) => Assert.Equal(expected, VirtiofsdConfinement.IsMountPoint([line]));
}
