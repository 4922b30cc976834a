using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Machines that boot from a tree of the host; the small guest mounts by hand what its kernel would mount as root.</summary>
public sealed class DirectoryTests : VmTest
{
    private const string Writes = "share=root:virtiofs,put=/shares/root/file:new,put=/shares/root/other:new,show=/shares/root/file,owner=/shares/root,";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);
    private static readonly Dictionary<string, string?> Rust = new() { ["VMSPAWN_VIRTIOFSD"] = Prepared.RustVirtiofsd };

    [Fact]
    public async Task An_ephemeral_tree_stays_as_it_is_and_what_a_killed_machine_left_goes_with_the_next()
    {
        var tree = Tree("tree");
        using var run = VmspawnRun.StartWith(Rust, Scratch, QemuKind.Distribution, Guest(Writes + "ignore-acpi", "-x", $"--directory={tree}"));
        await run.Output.WaitFor("vmtest: ignoring", GuestBound);
        var left = Assert.Single(Directory.GetDirectories(Scratch.Images, ".vmspawn-x-*"));
        run.Signal("KILL");
        await run.End(Soon);
        Assert.True(Directory.Exists(left));

        var next = await Run(Guest(Writes + "poweroff", "-x", $"--directory={tree}"));
        Assert.True(next.Status == 0, next.ToString());
        Assert.Contains("vmtest: show /shares/root/file new\n", next.Output, StringComparison.Ordinal);
        Assert.Contains("vmtest: owner /shares/root 0:0 755\n", next.Output, StringComparison.Ordinal);
        Assert.Equal("old\n", File.ReadAllText(Path.Combine(tree, "file")));
        Assert.Equal(["file"], Directory.GetFileSystemEntries(tree).Select(Path.GetFileName));
        Assert.Empty(Directory.GetDirectories(Scratch.Images, ".vmspawn-x-*"));
    }

    [Fact]
    public async Task A_tree_that_a_machine_writes_to_is_no_other_ones_and_its_owner_is_the_guests_root()
    {
        var tree = Tree("tree");
        if (Environment.IsPrivilegedProcess)
            FileOwner.Give(tree, "100000:200000");
        using var run = VmspawnRun.StartWith(Rust, Scratch, QemuKind.Distribution, Guest(Writes + "wait-acpi,poweroff", $"--directory={tree}"));
        await run.Output.WaitFor("vmtest: waiting", GuestBound);
        foreach (var ephemeral in (string[][])[[], ["-x"]])
        {
            var second = await Run(Guest("poweroff", [$"--directory={tree}", $"--machine={Scratch.Mark}b", .. ephemeral]));
            Assert.Equal(1, second.Status);
            Assert.Contains("another VM runs from it", second.Error, StringComparison.Ordinal);
        }

        run.Signal("TERM");
        var ended = await run.End(GuestBound);
        Assert.True(ended.Status == 0, ended.ToString());
        Assert.Contains("vmtest: owner /shares/root 0:0 755\n", ended.Output, StringComparison.Ordinal);
        Assert.Equal(FileOwner.Of(tree), FileOwner.Of(Path.Combine(tree, "other")));
    }

    [Fact]
    public async Task A_tree_without_a_kernel_is_refused_with_the_places_that_were_looked_at()
    {
        var ended = await Run(["--user", "--kvm=no", $"--directory={Tree("tree")}"]);
        Assert.Equal(1, ended.Status);
        Assert.Matches("vmspawn: --directory=/.*/tree: there is no kernel for x86_64 in /.*/tree: .*/efi and /boot.* \\(name one with --linux=", ended.Error);
    }

    private string Tree(string name)
    {
        var tree = Directory.CreateDirectory(Scratch.Own(name)).FullName;
        File.WriteAllText(Path.Combine(tree, "file"), "old\n");
        File.SetUnixFileMode(tree, (UnixFileMode)0x1ed);
        return tree;
    }

    private async Task<Ended> Run(string[] arguments)
    {
        using var run = VmspawnRun.StartWith(Rust, Scratch, QemuKind.Distribution, arguments);
        return await run.End(GuestBound);
    }
}
