using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;
using Vmspawn.Tests;
using Vmspawn.Cli.Ssh;

namespace Vmspawn.Cli.Tests.Ssh;

public sealed class SshProxyTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly TemporaryDirectory _directory = new();
    private readonly TcpListener _guest = new(IPAddress.Loopback, 0);
    private readonly Socket _control = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<string> _notices = [];

    public SshProxyTests() => _guest.Start();

    [Fact]
    public async Task Ssh_gets_the_first_connection_on_which_somebody_speaks_with_all_that_was_said()
    {
        Serve();
        var (ours, ssh) = UnixConnection.CreatePair();
        await using var peer = ours;
        var proxy = Run(ssh, TimeSpan.FromSeconds(30));
        // As QEMU does for a guest that does not listen.
        (await _guest.AcceptTcpClientAsync(Cancel)).Dispose();
        using var second = await _guest.AcceptTcpClientAsync(Cancel);
        await second.GetStream().WriteAsync("SSH-2.0-x\r\n"u8.ToArray(), Cancel);
        await proxy;
        using var passed = new DescriptorQueue();
        Assert.Equal(1, await peer.ReceiveAsync(new byte[8], passed, Cancel));
        using var connection = Assert.IsType<SafeFileHandle>(passed.Take());
        var said = new byte[32];
        Assert.Equal("SSH-2.0-x\r\n", Encoding.ASCII.GetString(said, 0, DescriptorIo.Read(connection, said)));
        Assert.Empty(_notices);
    }

    [Fact]
    public async Task The_wait_is_announced_and_its_failure_says_what_the_guest_needs()
    {
        Serve();
        var (ours, ssh) = UnixConnection.CreatePair();
        await using var peer = ours;
        var error = await Assert.ThrowsAsync<IOException>(() => Run(ssh, TimeSpan.FromSeconds(3)));
        Assert.StartsWith("the guest's sshd did not answer within 3 s (it needs a network by DHCP and sshd", error.Message, StringComparison.Ordinal);
        Assert.Equal(["vm: waiting for the guest's sshd (Ctrl-C gives up)"], _notices);
    }

    [Fact]
    public async Task A_quiet_wait_prints_no_message_and_ends_with_ssh()
    {
        Serve();
        _guest.Stop();
        var (ours, ssh) = UnixConnection.CreatePair();
        var proxy = Run(ssh, TimeSpan.FromSeconds(60), isQuiet: true);
        await ours.DisposeAsync();
        Assert.Equal("ssh has ended", (await Assert.ThrowsAsync<IOException>(() => proxy)).Message);
        Assert.Empty(_notices);
    }

    [Fact]
    public async Task The_end_of_the_VM_ends_the_wait()
    {
        _guest.Stop();
        var (ours, ssh) = UnixConnection.CreatePair();
        await using var peer = ours;
        Assert.Equal("the VM ended before its sshd answered", (await Assert.ThrowsAsync<IOException>(() => Run(ssh, TimeSpan.FromSeconds(60)))).Message);
    }

    public void Dispose()
    {
        _guest.Dispose();
        _control.Dispose();
        _directory.Dispose();
    }

    private void Serve()
    {
        Directory.CreateDirectory(_directory["vm"]);
        _control.Bind(new UnixDomainSocketEndPoint(_directory["vm/control"]));
        _control.Listen(8);
    }

    private Task Run(SafeFileHandle ssh, TimeSpan limit, bool isQuiet = false)
    {
        var access = new SshAccess("vm", "127.0.0.1", ((IPEndPoint)_guest.LocalEndpoint).Port, "");
        return new SshProxy(access, _notices.Add).RunAsync(ssh, new SshWait(_directory["vm"], limit, isQuiet));
    }
}
