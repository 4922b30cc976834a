using Vmspawn.Cli.Ssh;

namespace Vmspawn.Cli.Tests.Ssh;

public class SshFailureTests
{
    private static readonly SshAccess Access = new("vm", "127.0.0.1", 2300, "/run/key");

    [Theory]
    [InlineData("root", "the guest's sshd refuses to log in root", "PermitRootLogin")]
    [InlineData("ann", "the guest's sshd refuses to log in ann", "--bind-user= exists where systemd is 258 or later")]
    public void A_refused_login_is_reported_with_possible_reasons(string user, string text, string hint)
    {
        var problem = SshFailure.Of(Access, user, $"{user}@vm: Permission denied (publickey,password).", isRunning: true)!;
        Assert.Equal(("vm", text), (problem.Subject, problem.Text));
        Assert.Contains(hint, problem.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mm_receive_fd: recvmsg: expected received 1 got 0\nproxy dialer did not pass back a connection", true, null)]
    [InlineData("", true, null)]
    [InlineData("client_loop: send disconnect: Broken pipe", false, "the VM has ended")]
    [InlineData("", false, "the VM has ended")]
    [InlineData("kex_exchange_identification: Connection closed by remote host\nConnection closed by UNKNOWN port 65535", true, "ssh: kex_exchange_identification: Connection closed by remote host; Connection closed by UNKNOWN port 65535")]
    public void What_the_proxy_has_told_is_told_once_and_the_end_of_the_VM_explains_every_lost_connection(string messages, bool isRunning, string? text) =>
        Assert.Equal(text, SshFailure.Of(Access, "root", messages, isRunning)?.Text);

    [Theory]
    [InlineData("Please login as the user \"debian\" rather than the user \"root\".\n\n", "debian")]
    [InlineData("Please login as the user \"\u001b[2J\" rather than the user \"root\".", null)]
    [InlineData("Please login as the user \"", null)]
    [InlineData("", null)]
    public void The_user_whom_cloud_init_wants_is_read_from_its_text(string text, string? user) => Assert.Equal(user, SshFailure.UserNamedBy(text));
}
