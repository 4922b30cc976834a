using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>The packaged unit files, checked by a current systemd.</summary>
public sealed class UnitFileTests : VmTest
{
    private const string Theirs = "systemd-vmspawn@.service";

    [Fact]
    public async Task Systemd_accepts_the_unit_and_starts_vmspawn_for_its_own_unit()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run systemd in namespaces of its own");
        using var host = await SystemdContainer.Start(
            Scratch,
            Path.Combine(Prepared.Units, "vmspawn@.service"),
            Path.Combine(Prepared.Units, $"{Theirs}.d"),
            Path.Combine(Prepared.Cache, "sid/usr/lib/systemd/system", Theirs),
            Path.Combine(Prepared.Cache, "sid/usr/lib/systemd/system/modprobe@.service"));
        await host.Good("/usr/bin/python3", "-c", $"import os; os.symlink('/host{Prepared.Binary}', '/usr/bin/vmspawn')");

        foreach (var unit in (string[])["vmspawn@test.service", "systemd-vmspawn@test.service"])
        {
            var verified = await host.Run("/usr/bin/systemd-analyze", "verify", "--recursive-errors=no", "--man=no", $"/run/units/{unit}");
            Assert.True(verified.Status == 0 && !verified.Error.Contains("vmspawn", StringComparison.Ordinal), $"{unit}: {verified}");
        }

        var ours = await host.Show("vmspawn@test.service", "ExecStart", "Slice", "Type", "LoadState");
        Assert.Equal(("machine.slice", "notify", "loaded"), (ours["Slice"], ours["Type"], ours["LoadState"]));
        Assert.Contains("argv[]=vmspawn run --quiet --keep-unit", ours["ExecStart"], StringComparison.Ordinal);
        var theirs = await host.Show("systemd-vmspawn@test.service", "ExecStart");
        Assert.Contains("argv[]=vmspawn --quiet --register=yes --keep-unit --network-tap --machine=test", theirs["ExecStart"], StringComparison.Ordinal);
        await host.End();
    }
}
