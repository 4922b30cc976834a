using Vmspawn.Linux;
using Vmspawn.Registration;
using Vmspawn.Varlink;

namespace Vmspawn.Tests.Registration;

public class MachinedClientTests
{
    private static readonly MachineRecord Web = new("web", 4711, 4712, "/run/systemd/vmspawn/web/control", AllocateUnit: true)
    {
        Id = Guid.Parse("0b7a6f5e-1111-2222-3333-444455556666"),
        VsockCid = 77,
        SshAddress = "vsock/77",
        SshPrivateKeyPath = "/key",
    };

    [Fact]
    public async Task A_machine_is_registered_with_all_its_properties_until_it_ends()
    {
        await using var machined = new SomeMachined();
        var client = await MachinedClient.RegisterAsync(machined.Socket, Web, CancellationToken.None);
        Assert.Equal(
            """{"name":"web","id":"0b7a6f5e111122223333444455556666","service":"vmspawn","class":"vm","leader":4711,"vSockCid":77,"sshAddress":"vsock/77","sshPrivateKeyPath":"/key","controlAddress":"/run/systemd/vmspawn/web/control","allocateUnit":true}""",
            Assert.Single(machined.Registered).GetRawText());
        Assert.Empty(machined.Unregistered);
        await client.DisposeAsync();
        Assert.Equal(["web"], machined.Unregistered);
    }

    [Theory]
    [InlineData("261.3", 4711)]
    [InlineData("262.1 (262.1-1)", 4712)]
    [InlineData("300~rc1", 4712)]
    public async Task A_machined_that_supports_supervisors_gets_QEMU_as_the_leader(string version, int leader)
    {
        await using var machined = SomeMachined.Of(version);
        await using var client = await MachinedClient.RegisterAsync(machined.Socket, Web, CancellationToken.None);
        Assert.Equal(leader, Assert.Single(machined.Registered).GetProperty("leader").GetInt32());
    }

    [Fact]
    public async Task What_an_older_machined_does_not_know_is_left_out()
    {
        await using var machined = new SomeMachined("controlAddress", "allocateUnit", "sshAddress");
        await using var client = await MachinedClient.RegisterAsync(machined.Socket, Web, CancellationToken.None);
        var fields = Assert.Single(machined.Registered).EnumerateObject().Select(field => field.Name);
        Assert.Equal(["name", "id", "service", "class", "leader", "vSockCid", "sshPrivateKeyPath"], fields);
    }

    [Fact]
    public async Task Without_its_name_no_machine_is_registered()
    {
        await using var machined = new SomeMachined("name");
        await Assert.ThrowsAsync<VarlinkErrorException>(() => MachinedClient.RegisterAsync(machined.Socket, Web, CancellationToken.None));
    }

    [Fact]
    public async Task A_refusal_and_a_missing_listener_are_errors()
    {
        await using var machined = new SomeMachined();
        var refusal = await Assert.ThrowsAsync<VarlinkErrorException>(
            () => MachinedClient.RegisterAsync(machined.Socket, Web with { Name = "taken" }, CancellationToken.None));
        Assert.Equal("io.systemd.Machine.MachineExists", refusal.Name);
        await Assert.ThrowsAsync<LinuxException>(() => MachinedClient.RegisterAsync("/nowhere", Web, CancellationToken.None));
    }
}
