using Vmspawn.Cli.Ssh;

namespace Vmspawn.Cli.Tests.Ssh;

public class SshWaitTests
{
    [Theory, InlineData(true), InlineData(false)]
    public void A_wait_survives_the_proxys_command_line(bool isQuiet)
    {
        var wait = new SshWait("/run/vm", TimeSpan.FromSeconds(9), isQuiet);
        Assert.Equal(wait, SshWait.Of(wait.Words));
        Assert.Equal(["/run/vm", "9000"], wait.Words[..2]);
        Assert.Null(SshWait.Of([]));
    }

    [Fact]
    public void A_proxy_is_needed_for_a_vsock_and_to_wait()
    {
        var network = new SshAccess("vm", "127.0.0.1", 2300, "/run/key");
        Assert.Null(SshProxyVerb.CommandFor(network, wait: null));
        Assert.Equal(["[ssh-proxy]", "vsock/3", "22"], SshProxyVerb.CommandFor(new SshAccess("vm", "vsock/3", 22, "/run/key"), wait: null)!.Skip(1));
        Assert.Equal(
            ["[ssh-proxy]", "127.0.0.1", "2300", "/run/vm", "9000", "quiet"],
            SshProxyVerb.CommandFor(network, new SshWait("/run/vm", TimeSpan.FromSeconds(9), IsQuiet: true))!.Skip(1));
    }
}
