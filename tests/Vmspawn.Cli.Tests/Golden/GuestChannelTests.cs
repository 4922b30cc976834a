using Vmspawn.Plan;

namespace Vmspawn.Cli.Tests.Golden;

/// <summary>What <c>--guest-channel=</c> plans.</summary>
public sealed class GuestChannelTests : IDisposable
{
    private const string Minimal = "-i IMAGES/root.raw --firmware=bios";
    private const string AgentPort = "org.qemu.guest_agent.0";
    private readonly GoldenInventory _host = new() { Drivers = ["virtserialport"] };

    [Theory]
    [InlineData("auto", "vmspawn.shell guest_agent unit", true)]
    [InlineData("shell", "vmspawn.shell unit", false)]
    [InlineData("agent", "vmspawn.shell guest_agent", false)]
    [InlineData("no", "", false)]
    public void A_channel_has_its_ports_and_the_shell_its_unit(string channel, string parts, bool hasSsh)
    {
        var words = $"{Minimal} --guest-channel={channel}".Split(' ');
        var arguments = string.Join(' ', _host.Plan(words, extra: null).Plan!.Arguments);
        Assert.Equal(parts.Contains("vmspawn.shell", StringComparison.Ordinal), arguments.Contains("name=org.vmspawn.shell,", StringComparison.Ordinal));
        Assert.Equal(parts.Contains("guest_agent", StringComparison.Ordinal), arguments.Contains($"name={AgentPort},", StringComparison.Ordinal));
        var (spec, _) = _host.Spec(words, extra: null);
        Assert.Equal(parts.Contains("unit", StringComparison.Ordinal), spec!.Credentials.Any(credential => credential.Id == "systemd.extra-unit.vmspawn-shell.service"));
        Assert.Equal(hasSsh, spec.Channels.HasSsh);
    }

    [Fact]
    public void The_users_own_port_for_the_agent_is_the_only_one()
    {
        const string Extra = $"-chardev null,id=mine -device virtserialport,chardev=mine,name={AgentPort}";
        var (plan, problems) = _host.Plan(Minimal.Split(' '), Extra);
        Assert.Empty(problems);
        Assert.Single(plan!.Arguments, word => word.Contains(AgentPort, StringComparison.Ordinal));
        Assert.DoesNotContain(plan.Descriptors, descriptor => descriptor.Source is AgentSocket);
        var problem = Assert.Single(_host.Plan([.. Minimal.Split(' '), "--guest-channel=agent"], Extra).Problems);
        Assert.Equal(("--guest-channel=agent", $"the arguments for QEMU have the agent's port {AgentPort} already"), (problem.Subject, problem.Text));
    }

    [Fact]
    public void The_channel_by_ssh_needs_a_way_to_log_in()
    {
        var problem = Assert.Single(_host.Plan([.. Minimal.Split(' '), "--vsock=no", "--guest-channel=ssh"], extra: null).Problems);
        Assert.Equal(("--guest-channel=ssh", "there is no way to log in by ssh"), (problem.Subject, problem.Text));
    }

    public void Dispose() => _host.Dispose();
}
